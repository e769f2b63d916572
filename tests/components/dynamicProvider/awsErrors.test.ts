import assert from "node:assert/strict";
import { errorCode, errorMessage, isThrottling, isTransient } from "../../../components/dynamicProvider/awsErrors";

function awsError(name: string, more: object = {}): Error {
  return Object.assign(new Error("said AWS"), { name, ...more });
}

describe("errors of AWS", () => {
  const table: [
    title: string,
    error: unknown,
    code: string,
    message: string,
    throttling: boolean,
    transient: boolean,
  ][] = [
    ["of the SDK", awsError("NatGatewayNotFound"), "NatGatewayNotFound", "NatGatewayNotFound: said AWS", false, false],
    [
      "with a code of its own",
      awsError("Error", { Code: "AuthFailure" }),
      "AuthFailure",
      "AuthFailure: said AWS",
      false,
      false,
    ],
    ["of a connection", awsError("Error", { code: "ECONNRESET" }), "ECONNRESET", "ECONNRESET: said AWS", false, true],
    [
      "of a connection, renamed",
      awsError("TimeoutError", { code: "EPIPE" }),
      "TimeoutError",
      "TimeoutError: said AWS",
      false,
      true,
    ],
    [
      "of too many calls",
      awsError("RequestLimitExceeded"),
      "RequestLimitExceeded",
      "RequestLimitExceeded: said AWS",
      true,
      false,
    ],
    ["inside AWS", awsError("Odd", { $metadata: { httpStatusCode: 500 } }), "Odd", "Odd: said AWS", false, true],
    ["that names its code", awsError("AWS"), "AWS", "said AWS", false, false],
    ["of ours", awsError("Error", { code: "DeadlineExceeded" }), "DeadlineExceeded", "said AWS", false, false],
    ["without a code", new Error("plain"), "", "plain", false, false],
    ["that is none", "text", "", "text", false, false],
    ["without anything", {}, "", "[object Object]", false, false],
    ["that is null", null, "", "null", false, false],
  ];
  for (const [title, error, code, message, throttling, transient] of table) {
    it(`tells an error ${title}`, () => {
      assert.deepEqual(
        [errorCode(error), errorMessage(error), isThrottling(error), isTransient(error)],
        [code, message, throttling, transient],
      );
    });
  }
});
