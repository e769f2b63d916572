import { isAbsolute } from "node:path";
import { ofType } from "../evaluation/evaluation";
import { asRecord, type Check, type Finding, finding } from "./check";

/**
 * Every image that is pushed outlives its resource, since to delete one is to delete it from the registry by digest,
 * with tasks that still run it (https://github.com/anomalyco/sst/issues/6377); and none is built of what only this
 * machine has, since another one would build and push it again (https://github.com/pulumi/pulumi-awsx/issues/1293).
 */
export const checkPushedImages: Check = (evaluation) =>
  ofType(evaluation, "docker-build:index:Image")
    .filter(({ inputs }) => inputs.push === true || inputs.exports !== undefined)
    .flatMap((image): Finding[] => [
      ...(image.options.retainOnDelete === true
        ? []
        : [finding(image, "retainOnDelete", "another tag deletes the image from the registry", "true")]),
      ...["context", "dockerfile"]
        .filter((input) => isAbsolute(String(asRecord(image.inputs[input]).location)))
        .map((input) => finding(image, `${input}.location`, "another machine has another path", "a relative path")),
    ]);
