/** pulumi-kingbase: KingbaseES high availability and disaster recovery as code. No side effects on import. */
export * as ha from './components/ha';
export * as kwdb from './components/kwdb';
export * as nodes from './components/nodes';
export * as recovery from './components/recovery';
export * as v8r3 from './components/v8r3';
