import { requireNamespaces } from "../requireNamespaces";
import { requireTool } from "../tools";

/** Skips the tests where networks cannot be built. */
export function requireNetworks(context: Mocha.Context): void {
  requireNamespaces(context);
  for (const tool of ["ip", "nft"] as const) requireTool(context, tool);
}
