import { requireNamespaces } from "../requireNamespaces";
import { requireTool } from "../tools";

/** The folder with the base image, where containers can be built and run here. */
export function requireContainers(context: Mocha.Context): string {
  requireNamespaces(context);
  for (const tool of ["buildah", "podman", "runc", "catatonit"] as const) requireTool(context, tool);
  return requireTool(context, "node-image");
}
