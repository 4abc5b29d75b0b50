import type { Machine } from '@fairlead/lab';
import { until } from './control-plane.ts';
import type { Traffic } from './traffic.ts';

export interface Doors {
  /** Ports of the machine's address on which something listens. */
  listens: number[];
  /** Ports at which its firewall lets somebody in by address. */
  admits: number[];
}

/** Where one machine can be asked, and by the balancer alone. */
export async function doorsOf(machine: Machine): Promise<Doors> {
  const listening = await machine.run(`ss -Hltn 'src ${machine.address}' | awk '{print $4}'`);
  const kept = await machine.run('cat /var/lib/fairlead/firewall.json 2>/dev/null || echo []');
  const rules = JSON.parse(kept) as { port: number; source: string | null }[];
  const ports = (texts: string[]) => [...new Set(texts.map((text) => Number(text.split(':').at(-1))))].sort();
  return {
    listens: ports(listening.split('\n').filter((line) => line !== '')),
    admits: ports(rules.filter(({ source }) => source !== null).map(({ port }) => String(port))),
  };
}

/** That machine goes on answering visitors. */
export async function answersOn({ report }: Traffic, machine: string): Promise<void> {
  const answers = () => report.answers[machine] ?? 0;
  const before = answers();
  await until(`answers of ${machine}`, async () => answers() > before + 5);
}
