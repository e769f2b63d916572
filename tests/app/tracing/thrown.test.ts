import assert from "node:assert/strict";
import { describeThrown, readableError } from "../../../app/tracing/thrown";
import { ODD_VALUES } from "../helpers/oddValues";

describe("describeThrown and readableError", () => {
  for (const [title, value, type, message] of ODD_VALUES) {
    it(`read ${title}`, () => {
      const { stack, ...thrown } = describeThrown(value);
      assert.deepEqual(thrown, { type, message });
      assert.equal(typeof stack, "string");
      const error = readableError(value);
      assert.deepEqual([error.name, error.message, typeof error.stack], [type, message, "string"]);
    });
  }

  it("leave an error as it is that can be read", () => {
    const error = Object.assign(new TypeError("broken"), { statusCode: 400 });
    assert.equal(readableError(error), error);
    assert.deepEqual(describeThrown(error), { type: "TypeError", message: "broken", stack: error.stack });
  });
});
