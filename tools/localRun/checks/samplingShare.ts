/** How many of some requests a sampling rule lets through. */
export interface AllowedShare {
  readonly atLeast: number;
  readonly atMost: number;
}

export interface SamplingRun {
  /** Requests that were sent, none with a sampling decision of its own. */
  readonly requests: number;
  /** When they were sent, in milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  /** Share of the requests that is sampled beyond the reservoir, 0 to 1. */
  readonly fixedRate: number;
  /** Requests per second that are sampled first. */
  readonly reservoirSize: number;
  /** Whether no request of the first second had taken from the reservoir before. */
  readonly freshReservoir: boolean;
}

/** How seldom a sound sampler may fall outside, on either side: once in a thousand million runs. */
const falseAlarm = 1e-9;

/**
 * What X-Ray's rule allows (https://docs.aws.amazon.com/xray/latest/devguide/xray-console-sampling.html): the reservoir
 * of every second the run touches, and of the rest a number which follows a binomial distribution.
 */
export function allowedShare(run: SamplingRun): AllowedShare {
  const { requests, from, to, fixedRate, reservoirSize, freshReservoir } = run;
  // One second more, because samplers do not agree on where a second begins.
  const seconds = Math.floor(to / 1000) - Math.floor(from / 1000) + 2;
  const mostTaken = Math.min(requests, reservoirSize * seconds);
  // Until X-Ray has given a host its quota, a service takes one a second from any reservoir.
  const leastTaken = freshReservoir ? Math.min(requests, reservoirSize, 1) : 0;
  return {
    atLeast: leastTaken + binomialQuantile(requests - mostTaken, fixedRate, falseAlarm),
    atMost: mostTaken + binomialQuantile(requests - mostTaken, fixedRate, 1 - falseAlarm),
  };
}

/** The smallest number of successes in `trials` whose cumulative probability reaches `probability`. */
export function binomialQuantile(trials: number, rate: number, probability: number): number {
  if (rate <= 0 || trials <= 0) return 0;
  if (rate >= 1) return trials;
  // In logarithms: the probability of no success at all is too small for a number when there are many trials.
  let logTerm = trials * Math.log1p(-rate);
  let cumulative = Math.exp(logTerm);
  let successes = 0;
  while (cumulative < probability && successes < trials) {
    logTerm += Math.log((trials - successes) / (successes + 1)) + Math.log(rate) - Math.log1p(-rate);
    cumulative += Math.exp(logTerm);
    successes++;
  }
  return successes;
}
