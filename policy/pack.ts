import { PolicyPack, type ResourceValidationPolicy } from "@pulumi/policy";
import { policies } from "./policies";
import { violations } from "./violations";

new PolicyPack("traced-fargate", {
  enforcementLevel: "mandatory",
  policies: policies.map(
    ({ name, description, rule }): ResourceValidationPolicy => ({
      name,
      description,
      validateResource: async ({ type, name, props }, report) => {
        for (const violation of await violations(rule, { type, name, props })) report(violation);
      },
    }),
  ),
});
