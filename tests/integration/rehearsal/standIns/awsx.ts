import { Image } from "@pulumi/docker-build";
import * as pulumi from "@pulumi/pulumi";
import { main } from "@pulumi/pulumi/provider";
import { childrenOfRemoteComponent } from "../../../../tools/evaluation/remoteComponents";
import { pluginOf } from "../plugins";

/** In the place of `pulumi-resource-awsx`: an image in ECR, which another provider builds. */
class EcrImage extends pulumi.ComponentResource {
  readonly imageUri: pulumi.Output<string>;

  constructor(name: string, inputs: pulumi.Inputs, options: pulumi.ComponentResourceOptions) {
    super("awsx:ecr:Image", name, {}, options);
    const repositoryUrl = pulumi.output(inputs.repositoryUrl);
    // The tag is a constant of the program's: it names the resource.
    const [child] = childrenOfRemoteComponent("awsx:ecr:Image", inputs);
    if (child === undefined) throw new Error("awsx.ecr.Image has no child");
    const tags = [pulumi.interpolate`${repositoryUrl}:${inputs.imageTag}`];
    this.imageUri = new Image(child.name, { ...child.inputs, tags, push: true }, { parent: this }).ref;
    this.registerOutputs({ imageUri: this.imageUri });
  }
}

async function construct(name: string, type: string, inputs: pulumi.Inputs, options: pulumi.ComponentResourceOptions) {
  if (type !== "awsx:ecr:Image") throw new Error(`the stand-in for awsx has no ${type}`);
  const { urn, imageUri } = new EcrImage(name, inputs, options);
  return { urn, state: { imageUri } };
}

const { name, version } = pluginOf("awsx");
void main({ version, schema: JSON.stringify({ name, version }), construct }, process.argv.slice(2));
