/** Instance families of the Graviton processors: a letter or two, a generation, then a `g` among the attributes. */
const armFamily = /^(?:a1|[a-z]+\d+[a-z]*g[a-z]*(?:-flex)?)\.[a-z0-9-]+$/;

/**
 * Whether an EC2 instance type, such as `t4g.nano`, has an Arm processor, which the client's machine image is made for.
 * Read off the name by https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html.
 */
export function isArmInstanceType(instanceType: string): boolean {
  return armFamily.test(instanceType);
}
