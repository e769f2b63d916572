/** Instance families of the Graviton processors: a letter or two, a generation, then a `g` among the attributes. */
const armFamily = /^(?:a1|[a-z]+\d+[a-z]*g[a-z]*(?:-flex)?)\.[a-z0-9-]+$/;

/**
 * Whether an EC2 instance type, such as `t4g.nano`, has an Arm processor, which the client's machine image is made for.
 * Read off the name by https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html.
 */
export function isArmInstanceType(instanceType: string): boolean {
  return armFamily.test(instanceType);
}

/**
 * Whether EC2 counts an instance type's use of its CPU in credits: the families T2, T3, T3a and T4g
 * (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/burstable-performance-instances.html).
 */
export function isBurstableInstanceType(instanceType: string): boolean {
  return /^t\d[a-z]*\./.test(instanceType);
}
