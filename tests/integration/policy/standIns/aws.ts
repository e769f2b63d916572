import { main } from "@pulumi/pulumi/provider";
import { answerFunction } from "../../../../tools/evaluation/awsFunctions";
import { Placeholders } from "../../../../tools/evaluation/placeholders";
import { region } from "../../account";
import { pluginOf } from "../../rehearsal/plugins";

const deployment = { region, placeholders: new Placeholders() };

/** In the place of `pulumi-resource-aws`: takes whatever it is told, and makes nothing. */
const { name, version } = pluginOf("aws");
void main(
  {
    version,
    schema: JSON.stringify({ name, version }),
    async invoke(token, inputs: Record<string, unknown>) {
      return { outputs: answerFunction(token, inputs, deployment) };
    },
    async create(_urn, inputs: Record<string, unknown>) {
      return { id: "made", outs: inputs };
    },
  },
  process.argv.slice(2),
);
