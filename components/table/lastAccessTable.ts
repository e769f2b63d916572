import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { EnvironmentVariable } from "../containers/containerDefinition";
import type { PolicyStatement } from "../iam";
import type { EndpointNeed } from "../network/endpoints";

/** Name of the key, which is the name of the service that wrote the item. */
const key = "SubAppId";

/**
 * A DynamoDB table with one item for each service that uses it: when it was last accessed.
 *
 * Cost: nothing while nobody writes; $0.625 for a million writes and $0.20 a month for each GB of point-in-time
 * recovery (us-east-1, 2026-04). The gateway endpoint it is reached through is free.
 */
export class LastAccessTable extends pulumi.ComponentResource {
  readonly tableName: pulumi.Output<string>;
  /** The endpoint its users reach it through, whose policy is for this table only. */
  readonly endpoints: readonly EndpointNeed[];
  private readonly tableArn: pulumi.Output<string>;

  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("traced-fargate:table:LastAccessTable", name, {}, opts);
    const table = new aws.dynamodb.Table(
      name,
      {
        billingMode: "PAY_PER_REQUEST",
        hashKey: key,
        attributes: [{ name: key, type: "S" }],
        // With the key AWS keeps for this account, whose use CloudTrail shows; DynamoDB itself calls KMS.
        serverSideEncryption: { enabled: true },
        pointInTimeRecovery: { enabled: true },
        // What says when a service was last accessed must not vanish because it was long ago.
        ttl: { enabled: false },
      },
      { parent: this },
    );
    this.tableName = table.name;
    this.tableArn = table.arn;
    this.endpoints = [{ endpoint: "dynamodb", statements: [this.writeItems()] }];
    this.registerOutputs({ tableName: this.tableName });
  }

  /** What a service which uses the table may do: write its own item, and no other's. */
  statementsFor(service: string): PolicyStatement[] {
    // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
    return [{ ...this.writeItems(), Condition: { "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": service } } }];
  }

  /** How a service which uses the table finds it. */
  get environment(): pulumi.Output<EnvironmentVariable> {
    return this.tableName.apply((value) => ({ name: "TABLE_NAME", value }));
  }

  private writeItems(): PolicyStatement {
    return { Sid: "WriteLastAccess", Effect: "Allow", Action: ["dynamodb:PutItem"], Resource: [this.tableArn] };
  }
}
