import { z } from "zod";
import { parseJson } from "../../../values";
import type { Address } from "../daemon/daemon";

const address = z
  .string()
  .regex(/^[\w.]+:\d+$/, "must be an address such as 127.0.0.1:4318")
  .transform((text): Address => {
    const [host = "", port] = text.split(":");
    return { host, port: Number(port) };
  });
const listener = z.looseObject({ endpoint: address });
const settings = z.looseObject({});

const extensionNames = ["health_check", "awsproxy"] as const;

/** The components which the stand-in imitates; it refuses others, as a collector does which it was built without. */
const configuration = z.strictObject({
  receivers: z.strictObject({ otlp: z.strictObject({ protocols: z.strictObject({ http: listener }) }) }),
  processors: z.strictObject({ memory_limiter: settings.optional(), batch: settings.optional() }).default({}),
  exporters: z.strictObject({
    awsxray: z.looseObject({
      region: z.string().min(1),
      indexed_attributes: z.array(z.string()).default([]),
      index_all_attributes: z.boolean().default(false),
    }),
  }),
  extensions: z.strictObject({ health_check: listener.optional(), awsproxy: listener.optional() }).default({}),
  service: z.looseObject({
    extensions: z.array(z.enum(extensionNames)).default([]),
    pipelines: z.strictObject({
      traces: z.strictObject({
        receivers: z.array(z.literal("otlp")).min(1),
        processors: z.array(z.enum(["memory_limiter", "batch"])).default([]),
        exporters: z.array(z.literal("awsxray")).min(1),
      }),
    }),
  }),
});

/** What the stand-in does of what a collector is configured to do. */
export interface CollectorConfiguration {
  /** Where spans are posted to. */
  readonly otlp: Address;
  /** Where it says that it is up, and where the sampling API is asked; nowhere unless configured. */
  readonly healthCheck: Address | undefined;
  readonly proxy: Address | undefined;
  /** Attributes that become annotations; `all` for every one. */
  readonly indexed: readonly string[] | "all";
}

/**
 * Reads what AWS's distribution finds in `AOT_CONFIG_CONTENT`: YAML, of which this reads the part that is JSON
 * (https://opentelemetry.io/docs/collector/configuration/).
 *
 * @throws Error when it is missing, or not what the stand-in can do
 */
export function readConfiguration(text: string | undefined): CollectorConfiguration {
  if (text === undefined)
    throw new Error("AOT_CONFIG_CONTENT is missing: this stand-in has no configuration of its own.");
  const { success, data, error } = configuration.safeParse(parseJson(text));
  if (!success) throw new Error(`AOT_CONFIG_CONTENT: ${z.prettifyError(error).replaceAll(/\s+/g, " ")}`);
  const { receivers, exporters, extensions, service } = data;
  const started = (name: (typeof extensionNames)[number]): Address | undefined => {
    if (!service.extensions.includes(name)) return undefined;
    if (extensions[name] === undefined) throw new Error(`AOT_CONFIG_CONTENT: the extension ${name} is not defined.`);
    return extensions[name].endpoint;
  };
  const { indexed_attributes, index_all_attributes } = exporters.awsxray;
  return {
    otlp: receivers.otlp.protocols.http.endpoint,
    healthCheck: started("health_check"),
    proxy: started("awsproxy"),
    indexed: index_all_attributes ? "all" : indexed_attributes,
  };
}
