import assert from "node:assert/strict";
import { connectEc2 } from "../../../components/dynamicProvider/awsClient";

describe("connectEc2", () => {
  it("takes region and profile from what it is given, and sends every call once", async () => {
    const ec2 = await connectEc2({ region: "eu-north-1", profile: "deployer" });
    assert.deepEqual(
      [await ec2.config.region(), ec2.config.profile, await ec2.config.maxAttempts()],
      ["eu-north-1", "deployer", 1],
    );
    ec2.destroy();
  });

  it("leaves the search for credentials to the SDK when there is no profile", async () => {
    const ec2 = await connectEc2({ region: "eu-north-1" });
    assert.notEqual(ec2.config.profile, "deployer");
    ec2.destroy();
  });
});
