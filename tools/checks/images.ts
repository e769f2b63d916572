import { type DeclaredResource, type Finding, finding, show } from "./check";
import { containerPath, containersOf } from "./taskDefinitions";

const digest = /@sha256:[0-9a-f]{64}$/;
/** Of one version, as far as a tag can tell: it names a number, and neither the latest nor any of its kind. */
const exactTag = /^[^@]+:(?!latest)(?=[\w.-]*\d)(?![\w.-]*\.x$)\w[\w.-]*$/i;

/** A tag that moves would start other code in the next task than in this one. */
export function findInexactImages(resource: DeclaredResource): Finding[] {
  return containersOf(resource).flatMap((container, index) => {
    const reference = String(container.image ?? "");
    const repository = reference.replace(/:[\w.-]*$|@.*$/, "");
    return reference === "" || digest.test(reference) || exactTag.test(reference)
      ? []
      : [
          finding(
            resource,
            containerPath(container, index, "image"),
            `${show(reference)} is not an exact image`,
            `"${repository}@sha256:<digest>", or the tag of one version, such as "${repository}:1.2.3"`,
          ),
        ];
  });
}
