/** pulumi-kingbase/aws: hosts on AWS. Needs @pulumi/aws, which the main entry never loads. */
export * as nodes from './components/nodes/aws';
