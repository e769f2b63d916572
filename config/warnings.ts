import type { Settings } from "./settings";

/** What a deployment with allowed settings will not do, and what it will take to have it done. */
export function settingWarnings(settings: Pick<Settings, "connectivityProof" | "repositoryForceDelete">): string[] {
  return [
    ...(settings.connectivityProof
      ? []
      : ["connectivityProof is off: the NAT gateway is removed without proof that nothing needs it."]),
    // The provider deletes by what the state says, so that the setting alone changes nothing
    // (https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/ecr_repository#force_delete).
    ...(settings.repositoryForceDelete
      ? []
      : [
          "repositoryForceDelete is off: `destroy` will stop at repositories that hold images. To remove them with the " +
            "stack, first type: pulumi config set repositoryForceDelete true && npm run up",
        ]),
  ];
}
