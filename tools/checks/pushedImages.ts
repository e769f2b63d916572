import { type Check, finding, ofType } from "./check";

/**
 * Every image that is pushed outlives its resource: to delete one is to delete it from the registry by digest, with
 * tasks that still run it (https://github.com/anomalyco/sst/issues/6377).
 */
export const checkPushedImages: Check = (evaluation) =>
  ofType(evaluation, "docker-build:index:Image")
    .filter(({ inputs, options }) => inputs.push === true && options.retainOnDelete !== true)
    .map((image) => {
      return finding(image, "retainOnDelete", "another tag deletes the image from the registry", "true");
    });
