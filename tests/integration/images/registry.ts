import { createHash } from "node:crypto";
import {
  createReadStream,
  createWriteStream,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { LocalServer } from "../../processes/localServer";

/** What a client has asked of a registry, such as `PUT hello manifests/1a2b`. */
export type RegistryCall = string;

interface Repository {
  readonly tags: Map<string, string>;
  readonly manifests: Map<string, { readonly type: string; readonly body: Buffer }>;
}

/** The parts of a manifest that have to be there before it is. */
interface Manifest {
  readonly config: { readonly digest: string };
  /** Absent in the first version of the schema, which ECR does not take. */
  readonly layers?: readonly { readonly digest: string }[];
}

/** The parts of an image's configuration that tests look at (https://github.com/opencontainers/image-spec). */
export interface ImageConfig {
  readonly config: {
    readonly User?: string;
    readonly Entrypoint?: readonly string[];
    readonly Cmd?: readonly string[];
    readonly StopSignal?: string;
    readonly ExposedPorts?: Readonly<Record<string, unknown>>;
  };
  readonly rootfs: { readonly diff_ids: readonly string[] };
}

const digestOf = (content: Buffer) => `sha256:${createHash("sha256").update(content).digest("hex")}`;

/**
 * A registry of this machine that refuses what ECR refuses in repositories with immutable tags. It speaks the part of
 * the OCI's protocol that pushes and pulls need (https://github.com/opencontainers/distribution-spec/blob/main/spec.md).
 *
 * - A tag that is there cannot be pushed again, with ImageTagAlreadyExistsException behind the answer
 *   (https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html), not even with the same content
 *   (https://github.com/aws/containers-roadmap/issues/2179). Its text is that of
 *   https://github.com/moby/buildkit/issues/3776.
 * - A push does not make a repository (RepositoryNotFoundException), and a manifest comes after its layers
 *   (LayersNotFoundException, https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutImage.html).
 */
export class Registry {
  readonly calls: RegistryCall[] = [];
  private readonly repositories = new Map<string, Repository>();
  private readonly server: LocalServer;
  private uploads = 0;

  /**
   * @param folder where layers are kept, which is the caller's to delete
   * @param names the repositories there are
   */
  constructor(
    private readonly folder: string,
    names: readonly string[],
  ) {
    for (const name of names) this.repositories.set(name, { tags: new Map(), manifests: new Map() });
    mkdirSync(join(folder, "blobs"), { recursive: true });
    this.server = new LocalServer((request, response) => {
      this.answer(request, response).catch((error) => {
        // A client that leaves in the middle needs no answer.
        if (response.headersSent) response.destroy();
        else refuse(response, 500, "UNKNOWN", String(error));
      });
    });
  }

  async listen(): Promise<this> {
    await this.server.listen();
    return this;
  }

  close(): Promise<void> {
    return this.server.close();
  }

  /** Its host and port, which references to its images begin with. */
  get host(): string {
    return `127.0.0.1:${this.server.port}`;
  }

  /** The image behind a tag: its digest, and that of its configuration, which names the layers' content. */
  find(repository: string, tag: string): { readonly digest: string; readonly configuration: string } | undefined {
    const { tags, manifests } = this.repositories.get(repository) ?? {};
    const digest = tags?.get(tag);
    const manifest = manifests?.get(digest ?? "");
    if (digest === undefined || manifest === undefined) return undefined;
    return { digest, configuration: (JSON.parse(String(manifest.body)) as Manifest).config.digest };
  }

  /** The configuration of the image behind a tag. */
  configOf(repository: string, tag: string): ImageConfig {
    const { configuration = "" } = this.find(repository, tag) ?? {};
    return JSON.parse(readFileSync(this.blob(configuration), "utf8"));
  }

  private blob(digest: string): string {
    return join(this.folder, "blobs", digest.replace(":", "-"));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "GET" } = request;
    const url = new URL(request.url ?? "/", "http://registry");
    if (url.pathname === "/v2/") return void response.end("{}");
    const [, name = "", kind, id = ""] = /^\/v2\/(.+?)\/(manifests|blobs)\/(.+)$/.exec(url.pathname) ?? [];
    this.calls.push(`${method} ${name} ${kind}/${id}`);
    const repository = this.repositories.get(name);
    if (repository === undefined) {
      return refuse(response, 404, "NAME_UNKNOWN", `The repository with name '${name}' does not exist in the registry`);
    }
    if (kind === "blobs") return this.answerBlob(method, name, id, url, request, response);
    if (method === "PUT") return this.putManifest(name, repository, id, request, response);
    const digest = id.startsWith("sha256:") ? id : repository.tags.get(id);
    const manifest = repository.manifests.get(digest ?? "");
    if (digest === undefined || manifest === undefined || method === "DELETE") {
      return refuse(response, 404, "MANIFEST_UNKNOWN", "Requested image not found");
    }
    response.setHeader("content-type", manifest.type).setHeader("docker-content-digest", digest);
    response.setHeader("content-length", manifest.body.length).end(method === "HEAD" ? undefined : manifest.body);
  }

  private async putManifest(
    name: string,
    { tags, manifests }: Repository,
    id: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const digest = digestOf(body);
    const { config, layers }: Manifest = JSON.parse(String(body));
    if (layers === undefined) return refuse(response, 400, "MANIFEST_INVALID", "Invalid manifest");
    if ([config, ...layers].some((part) => !this.holds(part.digest))) {
      return refuse(response, 404, "BLOB_UNKNOWN", "The specified layers could not be found");
    }
    if (tags.has(id)) {
      const text = `The image tag '${id}' already exists in the '${name}' repository`;
      return refuse(
        response,
        400,
        "TAG_INVALID",
        `${text} and cannot be overwritten because the repository is immutable.`,
      );
    }
    manifests.set(digest, { type: String(request.headers["content-type"]), body });
    if (!id.startsWith("sha256:")) tags.set(id, digest);
    response.writeHead(201, { location: `/v2/${name}/manifests/${digest}`, "docker-content-digest": digest }).end();
  }

  private holds(digest: string): boolean {
    return statSync(this.blob(digest), { throwIfNoEntry: false }) !== undefined;
  }

  private async answerBlob(
    method: string,
    name: string,
    id: string,
    url: URL,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    if (!id.startsWith("uploads/")) {
      if (!this.holds(id)) return refuse(response, 404, "BLOB_UNKNOWN", "Layer not found");
      const { size } = statSync(this.blob(id));
      response.writeHead(200, { "content-length": size, "docker-content-digest": id });
      return method === "HEAD" ? void response.end() : pipeline(createReadStream(this.blob(id)), response);
    }
    const [, number = String(this.uploads++)] = /^uploads\/(\d+)/.exec(id) ?? [];
    const location = `/v2/${name}/blobs/uploads/${number}`;
    const upload = join(this.folder, `upload-${number}`);
    if (method === "POST") writeFileSync(upload, "");
    const file = createWriteStream(upload, { flags: "a" });
    await pipeline(request, file);
    if (method !== "PUT") {
      const end = Math.max(0, statSync(upload).size - 1);
      return void response.writeHead(202, { location, range: `0-${end}` }).end();
    }
    const digest = url.searchParams.get("digest") ?? "";
    const hash = createHash("sha256");
    await pipeline(createReadStream(upload), hash);
    if (digest !== `sha256:${hash.digest("hex")}`) return refuse(response, 400, "DIGEST_INVALID", "Digest mismatch");
    renameSync(upload, this.blob(digest));
    response.writeHead(201, { location: `/v2/${name}/blobs/${digest}`, "docker-content-digest": digest }).end();
  }
}

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify({ errors: [{ code, message }] }));
}
