/** Hosts on AWS: package export `pulumi-kingbase/aws`. The main entry never loads it, so that nobody else needs @pulumi/aws. */
export { AwsNodes, type AwsNodesArgs } from './awsNodes';
