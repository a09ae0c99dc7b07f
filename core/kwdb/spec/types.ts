/** The normalised description of a KWDB cluster: every default filled in, every rule held. Made by parseKwdbSpec only. */
import type { ConnectionSpec } from '../../spec/types';
import type { Waiver, WalLevel } from '../levels';

export interface KwdbNode {
  readonly name: string;
  readonly host: string;
  readonly id: number;
  readonly hostKey: string;
  readonly connection?: Partial<Pick<ConnectionSpec, 'user' | 'port'>>;
}

export interface KwdbWal {
  readonly level: WalLevel;
  readonly checkpointSeconds: number;
  readonly assertTimeoutSeconds: number;
  readonly waiver?: Waiver;
}

export interface KwdbService {
  readonly restartOnFailure: boolean;
  readonly restartSeconds: number;
  readonly stopTimeoutSeconds: number;
  readonly keepWalCopies: number;
  readonly replaceCertificates: boolean;
  readonly certificateReload: 'signal' | 'restart' | 'none';
}

export interface KwdbDatabase {
  readonly name: string;
  readonly tables: readonly string[];
  readonly schemas: readonly string[];
}

export interface KwdbOffMachine {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly hostKey: string;
  readonly directory: string;
  readonly keepDays: number;
}

export interface KwdbObjectStore {
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly prefix: string;
  readonly plainHttp: boolean;
  readonly caFile?: string;
  readonly keepDays: number;
}

export interface KwdbSchedule {
  readonly intent: string;
  /** Empty: never. */
  readonly calendar: readonly string[];
  readonly longestGapSeconds: number;
}

export interface KwdbBackup {
  readonly databases: readonly KwdbDatabase[];
  readonly node: string;
  readonly schedule: KwdbSchedule;
  readonly verify: KwdbSchedule;
  readonly directory: string;
  readonly externalDirectory: string;
  readonly users: boolean;
  readonly clusterSettings: boolean;
  readonly charset: string;
  readonly chunkRows: number;
  readonly timeoutSeconds: number;
  readonly keepDays: number;
  readonly keepAtLeast: number;
  readonly offMachine?: KwdbOffMachine;
  readonly objectStore?: KwdbObjectStore;
}

export interface KwdbSpec {
  readonly name: string;
  readonly nodes: readonly KwdbNode[];
  readonly connection: ConnectionSpec;
  readonly version: string;
  readonly mode: 'single' | 'singleReplica' | 'multiReplica';
  readonly secureMode: 'insecure' | 'tls' | 'tlcp';
  readonly managementUser: string;
  readonly program: string;
  readonly certificates: string;
  readonly store: string;
  readonly ports: { readonly sql: number; readonly http: number; readonly brpc: number };
  readonly clients: readonly string[];
  readonly firewall: 'auto' | 'firewalld' | 'nftables' | 'none';
  readonly wal: KwdbWal;
  readonly service: KwdbService;
  readonly backup?: KwdbBackup;
}
