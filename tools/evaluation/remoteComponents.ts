import type { RecordedResource } from "./evaluation";

/** What another process makes beneath a component which runs there. */
type RemoteChild = Pick<RecordedResource, "type" | "name" | "inputs">;

/**
 * The children of a component which runs outside of this program. An image is built by a resource which is named after
 * the image's tag, so that another tag is another resource
 * (https://github.com/pulumi/pulumi-awsx/blob/master/awsx/ecr/image.ts); the registry's credentials and the cache are
 * left out.
 */
export function childrenOfRemoteComponent(type: string, inputs: Readonly<Record<string, unknown>>): RemoteChild[] {
  if (type !== "awsx:ecr:Image") return [];
  const { repositoryUrl, imageTag, args, context, dockerfile, platform, target } = inputs;
  const build = {
    tags: [`${String(repositoryUrl)}:${String(imageTag)}`],
    buildArgs: args,
    context: { location: context },
    dockerfile: { location: dockerfile },
    platforms: [platform],
    target,
    push: true,
  };
  return [{ type: "docker-build:index:Image", name: String(imageTag), inputs: build }];
}
