import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Registry } from "./registry";

const sha256 = (text: string) => `sha256:${createHash("sha256").update(text).digest("hex")}`;

describe("the registry that refuses what ECR refuses", () => {
  let folder: string;
  let registry: Registry;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "registry-"));
    registry = await new Registry(folder, ["hello"]).listen();
  });
  afterEach(async () => {
    await registry.close();
    rmSync(folder, { recursive: true });
  });

  const call = async (method: string, path: string, body?: string) => {
    const response = await fetch(`http://${registry.host}/v2/${path}`, { method, body });
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
  const upload = async (content: string, digest = sha256(content)) => {
    const { headers } = await call("POST", "hello/blobs/uploads/");
    const place = String(headers.get("location")).replace("/v2/", "");
    await call("PATCH", place, content);
    return call("PUT", `${place}?digest=${digest}`);
  };
  const manifest = (config: string) => JSON.stringify({ config: { digest: sha256(config) }, layers: [] });
  const put = async (reference: string, config: string, repository = "hello") => {
    const { status, text } = await call("PUT", `${repository}/manifests/${reference}`, manifest(config));
    return [status, text === "" ? undefined : JSON.parse(text).errors[0].code];
  };

  it("takes an image and gives it back by tag and by digest", async () => {
    assert.equal((await upload("{}")).status, 201);
    assert.deepEqual(await put("v1", "{}"), [201, undefined]);
    const digest = sha256(manifest("{}"));
    for (const reference of ["v1", digest]) {
      const { status, headers, text } = await call("GET", `hello/manifests/${reference}`);
      assert.deepEqual([status, headers.get("docker-content-digest"), text], [200, digest, manifest("{}")]);
    }
    assert.deepEqual(registry.find("hello", "v1"), { digest, configuration: sha256("{}") });
  });

  it("refuses a tag that is there, with other content and with the same", async () => {
    await upload("{}");
    await upload('{"a":1}');
    await put("v1", "{}");
    assert.deepEqual(await put("v1", '{"a":1}'), [400, "TAG_INVALID"]);
    assert.deepEqual(await put("v1", "{}"), [400, "TAG_INVALID"]);
    assert.deepEqual(await put("v2", "{}"), [201, undefined]);
  });

  it("refuses a manifest without its layers, a repository that is not there, and content of another digest", async () => {
    assert.deepEqual(await put("v1", "{}"), [404, "BLOB_UNKNOWN"]);
    assert.deepEqual(await put("v1", "{}", "other"), [404, "NAME_UNKNOWN"]);
    assert.match((await upload("{}", sha256(""))).text, /DIGEST_INVALID/);
    assert.equal((await call("HEAD", `hello/blobs/${sha256("{}")}`)).status, 404);
    assert.equal((await call("GET", "hello/manifests/v1")).status, 404);
  });
});
