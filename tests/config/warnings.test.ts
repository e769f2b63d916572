import assert from "node:assert/strict";
import { settingWarnings } from "../../config/warnings";

describe("settingWarnings", () => {
  const both = { connectivityProof: true, repositoryForceDelete: true };

  it("has nothing to say of the usual settings", () => assert.deepEqual(settingWarnings(both), []));

  it("says what destroy will take when repositories with images are kept", () => {
    assert.deepEqual(settingWarnings({ ...both, repositoryForceDelete: false }), [
      "repositoryForceDelete is off: `destroy` will stop at repositories that hold images. To remove them with the " +
        "stack, first type: pulumi config set repositoryForceDelete true && npm run up",
    ]);
  });

  it("says what is not proven", () => {
    assert.deepEqual(settingWarnings({ ...both, connectivityProof: false }), [
      "connectivityProof is off: the NAT gateway is removed without proof that nothing needs it.",
    ]);
  });
});
