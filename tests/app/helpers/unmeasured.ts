/**
 * An environment in which c8 measures no coverage: Node.js would hand its variable on even to a process which is given
 * an environment without it. For bundles and builds, whose lines are nobody's; measuring slows them down.
 */
export function unmeasured(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...environment, NODE_V8_COVERAGE: undefined };
}
