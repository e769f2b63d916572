import { IPv4 } from "ipaddr.js";
import { cidrProblem, contains, parseCidr } from "../../network/addresses";

/** A proxy setting that is wrong, why, and what to write instead. */
export interface ProxyProblem {
  readonly key: "proxyUrl" | "proxyCidr";
  readonly wrong: string;
  readonly instead: string;
}

const url = /^https?:\/\/([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?):(\d{1,5})\/?$/i;
const example = "http://proxy.example.internal:3128";

/** Host and port of a proxy. Throws when `proxyProblem` finds something wrong with the URL. */
export function parseProxyUrl(proxyUrl: string): { readonly host: string; readonly port: number } {
  const problem = urlProblem(proxyUrl);
  const [, host = "", port] = url.exec(proxyUrl) ?? [];
  if (problem !== undefined) {
    throw new Error(`proxyUrl ${problem.wrong}`);
  }
  return { host, port: Number(port) };
}

/** What is wrong with the settings of a proxy. */
export function proxyProblem(proxyUrl: string, proxyCidr: string): ProxyProblem | undefined {
  const problem = urlProblem(proxyUrl);
  return problem === undefined
    ? cidrSettingProblem(parseProxyUrl(proxyUrl).host, proxyCidr)
    : { key: "proxyUrl", ...problem };
}

function urlProblem(proxyUrl: string): { wrong: string; instead: string } | undefined {
  if (proxyUrl === "") {
    return { wrong: "is empty, but the collector sends through a proxy", instead: example };
  }
  const withoutCredentials = proxyUrl.replace(/^(\w+:\/\/)[^/]*@/, "$1");
  if (withoutCredentials !== proxyUrl) {
    // The value is not repeated: it is a secret.
    const wrong =
      "holds a user name or a password, which everybody who may see the task definition could read; have the proxy " +
      "admit the containers by their addresses, see docs/systems/proxy.md";
    return { wrong, instead: withoutCredentials };
  }
  const [, host = "", port] = url.exec(proxyUrl) ?? [];
  if (host === "" || Number(port) < 1 || Number(port) > 65535) {
    return { wrong: `"${proxyUrl}" is not http:// or https://, a host and a port`, instead: example };
  }
  const isAddress = IPv4.isValidFourPartDecimal(host);
  const range = isAddress ? IPv4.parse(host).range() : host === "localhost" ? "loopback" : "";
  return ["loopback", "linkLocal", "unspecified", "multicast", "broadcast"].includes(range)
    ? { wrong: `"${proxyUrl}" is a ${range} address, where no proxy can be reached from a task`, instead: example }
    : undefined;
}

function cidrSettingProblem(host: string, proxyCidr: string): ProxyProblem | undefined {
  const key = "proxyCidr";
  const isAddress = IPv4.isValidFourPartDecimal(host);
  const instead = isAddress ? `${host}/32` : "10.1.0.0/28";
  if (proxyCidr === "") {
    const wrong = "is empty, but the security group's rule needs the addresses which the proxy's name stands for";
    return isAddress ? undefined : { key, wrong, instead };
  }
  const problem = cidrProblem(proxyCidr);
  if (problem !== undefined) {
    return { key, wrong: problem, instead };
  }
  return isAddress && !contains(parseCidr(proxyCidr), parseCidr(`${host}/32`))
    ? { key, wrong: `${proxyCidr} does not hold the proxy's address ${host}`, instead }
    : undefined;
}
