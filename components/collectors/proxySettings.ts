import { IPv4 } from "ipaddr.js";
import { AddressBlock } from "../network/addresses";
import type { Problem } from "../problem";
import { shorten } from "../words";

/** What is wrong with a setting of a proxy. */
type ProxyProblem = Problem & { readonly property: "proxyUrl" | "proxyCidr" };

const example = "http://proxy.example.internal:3128";

/** Host and port of a proxy. Throws when `proxyProblem` finds something wrong with the URL. */
export function parseProxyUrl(proxyUrl: string): { readonly host: string; readonly port: number } {
  const problem = urlProblem(proxyUrl);
  const parts = hostAndPort(proxyUrl);
  if (problem !== undefined || parts === undefined) {
    throw new Error(`proxyUrl ${problem?.wrong}`);
  }
  return parts;
}

/**
 * What the URL standard reads as the host and the port, when that is all there is and when it stands there as it is
 * read: `http://0x7f.1:80`, say, means 127.0.0.1 (https://url.spec.whatwg.org/#concept-ipv4-parser).
 */
function hostAndPort(proxyUrl: string): { host: string; port: number } | undefined {
  const [, written = "", port] = /^https?:\/\/([^/:@?#\s]+):(\d{1,5})\/?$/i.exec(proxyUrl) ?? [];
  const host = URL.canParse(proxyUrl) ? new URL(proxyUrl).hostname : "";
  return host !== "" && host === written.toLowerCase() && isHost(host) && Number(port) > 0
    ? { host: written, port: Number(port) }
    : undefined;
}

/** Whether it is an IPv4 address or a name as DNS has them (https://www.rfc-editor.org/rfc/rfc1123#page-13). */
const isHost = (host: string): boolean =>
  host.length <= 253 && host.split(".").every((label) => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(label));

/** What is wrong with the settings of a proxy. */
export function proxyProblem(proxyUrl: string, proxyCidr: string): ProxyProblem | undefined {
  const problem = urlProblem(proxyUrl);
  return problem === undefined
    ? cidrSettingProblem(parseProxyUrl(proxyUrl).host, proxyCidr)
    : { property: "proxyUrl", ...problem };
}

function urlProblem(proxyUrl: string): { wrong: string; instead: string } | undefined {
  if (proxyUrl === "") {
    return { wrong: "is empty, but the collector sends through a proxy", instead: example };
  }
  const withoutCredentials = proxyUrl.replace(/(\w+:\/\/)[^/]*@/, "$1");
  if (withoutCredentials !== proxyUrl) {
    // The value is not repeated: it is a secret.
    const wrong =
      "holds a user name or a password, which everybody who may see the task definition could read; have the proxy " +
      "admit the containers by their addresses, see docs/systems/proxy.md";
    return { wrong, instead: hostAndPort(withoutCredentials) === undefined ? example : withoutCredentials };
  }
  const parts = hostAndPort(proxyUrl);
  if (parts === undefined) {
    return { wrong: `"${shorten(proxyUrl)}" is not http:// or https://, a host and a port`, instead: example };
  }
  const { host } = parts;
  const range = IPv4.isValidFourPartDecimal(host) ? IPv4.parse(host).range() : isLocal(host) ? "loopback" : "";
  return ["loopback", "linkLocal", "unspecified", "multicast", "broadcast"].includes(range)
    ? {
        wrong: `"${shorten(proxyUrl)}" is a ${range} address, where no proxy can be reached from a task`,
        instead: example,
      }
    : undefined;
}

/** Names of the machine itself (https://www.rfc-editor.org/rfc/rfc6761#section-6.3). */
const isLocal = (host: string): boolean => /(^|\.)localhost$/i.test(host);

function cidrSettingProblem(host: string, proxyCidr: string): ProxyProblem | undefined {
  const property = "proxyCidr";
  const isAddress = IPv4.isValidFourPartDecimal(host);
  const instead = isAddress ? `${host}/32` : "10.1.0.0/28";
  if (proxyCidr === "") {
    const wrong = "is empty, but the security group's rule needs the addresses which the proxy's name stands for";
    return isAddress ? undefined : { property, wrong, instead };
  }
  const problem = AddressBlock.problem(proxyCidr);
  if (problem !== undefined) {
    return { property, wrong: problem, instead };
  }
  return isAddress && !AddressBlock.parse(proxyCidr).contains(AddressBlock.parse(`${host}/32`))
    ? { property, wrong: `${proxyCidr} does not hold the proxy's address ${host}`, instead }
    : undefined;
}
