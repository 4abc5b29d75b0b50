import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { run } from './command.ts';
import { cacheRoot, type LabPlace, STATE_ROOT } from './place.ts';

/** Builds the lab's bridge, its NAT and its (empty) list of partitioned machines. */
export async function openNetwork(lab: LabPlace): Promise<void> {
  await run(['ip', 'link', 'add', lab.bridge, 'type', 'bridge']);
  await run(['ip', 'addr', 'add', `${lab.gateway}/24`, 'dev', lab.bridge]);
  await addIpv6(lab);
  await run(['ip', 'link', 'set', lab.bridge, 'up']);
  await run(['nft', '-f', '-'], { input: ruleset(lab) });
  await run(forwardingCommand('acquire', lab.name));
}

/** The bridge's IPv6 address, which is good at once; none where the kernel has no IPv6. */
async function addIpv6({ bridge, ipv6Gateway }: LabPlace): Promise<void> {
  const settings = `/proc/sys/net/ipv6/conf/${bridge}`;
  if (!existsSync(settings)) return;
  await writeFile(`${settings}/disable_ipv6`, '0');
  await run(['ip', 'addr', 'add', `${ipv6Gateway}/64`, 'dev', bridge, 'nodad']);
}

/** Cuts the machine behind `interfaceName` off from everyone, or joins it again. Idempotent. */
export async function setPartitioned(lab: LabPlace, interfaceName: string, cut: boolean): Promise<void> {
  if ((await listPartitioned(lab)).has(interfaceName) === cut) return;
  const verb = cut ? 'add' : 'delete';
  await run(['nft', verb, 'element', 'bridge', lab.table, 'partitioned', `{ "${interfaceName}" }`]);
}

/** The interfaces that are cut off now. */
export async function listPartitioned(lab: LabPlace): Promise<Set<string>> {
  const listing = await run(['nft', 'list', 'set', 'bridge', lab.table, 'partitioned']);
  return new Set([...listing.matchAll(/"(vb-[^"]+)"/g)].map((match) => match[1] ?? ''));
}

/**
 * The command that counts a lab in or out as a user of IPv4 forwarding. The first user notes the host's own value,
 * the last one puts it back.
 */
export function forwardingCommand(change: 'acquire' | 'release', labName: string): string[] {
  const script = change === 'acquire' ? ACQUIRE_FORWARDING : RELEASE_FORWARDING;
  return ['flock', `${cacheRoot()}/.lock`, 'sh', '-euc', script, 'sh', `${STATE_ROOT}/.forwarding`, labName];
}

const ACQUIRE_FORWARDING = `
mkdir -p "$1/users"
[ -e "$1/original" ] || cat /proc/sys/net/ipv4/ip_forward > "$1/original"
: > "$1/users/$2"
echo 1 > /proc/sys/net/ipv4/ip_forward`;

const RELEASE_FORWARDING = `
[ -e "$1/users/$2" ] || exit 0
rm "$1/users/$2"
rmdir "$1/users" 2>/dev/null || exit 0
cat "$1/original" > /proc/sys/net/ipv4/ip_forward
rm -r "$1"`;

// The segment size follows the way out: behind a host with a smaller MTU, downloads would otherwise stall.
const ruleset = (lab: LabPlace): string => `
table ip ${lab.table} {
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    ip saddr ${lab.subnet} ip daddr != ${lab.subnet} masquerade
  }
  chain forward {
    type filter hook forward priority mangle; policy accept;
    iifname "${lab.bridge}" oifname != "${lab.bridge}" tcp flags syn tcp option maxseg size set rt mtu
  }
}
table bridge ${lab.table} {
  set partitioned { type ifname; }
  chain prerouting {
    type filter hook prerouting priority -300; policy accept;
    iifname @partitioned drop
  }
  chain postrouting {
    type filter hook postrouting priority 300; policy accept;
    oifname @partitioned drop
  }
}
`;
