/** Instance families of the Graviton processors: a letter or two, a generation, then a `g` among the attributes. */
const armFamily = /^(?:a1|[a-z]+\d+[a-z]*g[a-z]*(?:-flex)?)\.[a-z0-9-]+$/;

/**
 * What the name of an EC2 instance type, such as `t4g.nano`, says of it
 * (https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html): whether it has an Arm processor,
 * which the client's machine image is made for, and whether EC2 counts its use of the CPU in credits, as it does for the
 * families T2, T3, T3a and T4g
 * (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/burstable-performance-instances.html).
 */
export function describeInstanceType(instanceType: string): { readonly isArm: boolean; readonly isBurstable: boolean } {
  return { isArm: armFamily.test(instanceType), isBurstable: /^t\d[a-z]*\./.test(instanceType) };
}
