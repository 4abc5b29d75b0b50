import type { MachineSpec } from './machine.ts';
import type { ProcessIdentity } from './processes.ts';

/** What a running lab writes to `lab.json`, for other processes and for whoever cleans up after it. */
export interface LabState {
  name: string;
  slot: number;
  /** The process that called `Lab.up`. */
  owner: ProcessIdentity;
  /** The process whose mount namespace holds the disks. */
  holder: ProcessIdentity;
  /** In the order of their addresses. */
  machines: Required<MachineSpec>[];
}
