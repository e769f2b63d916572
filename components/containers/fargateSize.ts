/**
 * The memory sizes, in MiB, which Fargate offers for each CPU size, in units of 1/1024 vCPU.
 *
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html
 */
const memoryRanges: Readonly<Record<number, { from: number; to: number; step: number }>> = {
  256: { from: 512, to: 2048, step: 512 },
  512: { from: 1024, to: 4096, step: 1024 },
  1024: { from: 2048, to: 8192, step: 1024 },
  2048: { from: 4096, to: 16384, step: 1024 },
  4096: { from: 8192, to: 30720, step: 1024 },
  8192: { from: 16384, to: 61440, step: 4096 },
  16384: { from: 32768, to: 122880, step: 8192 },
};

/** The CPU sizes of a Fargate task, in units of 1/1024 vCPU, smallest first. */
export const fargateCpuSizes: readonly number[] = Object.keys(memoryRanges).map(Number);

/**
 * The memory sizes, in MiB, a Fargate task of this CPU size may have; none when there is no such CPU size.
 * 0.25 vCPU is the exception to the even steps: 512, 1024 and 2048, but not 1536.
 */
export function fargateMemorySizes(cpu: number): number[] {
  const range = memoryRanges[cpu];
  if (range === undefined) {
    return [];
  }
  const sizes: number[] = [];
  for (let memory = range.from; memory <= range.to; memory += range.step) {
    sizes.push(memory);
  }
  return cpu === 256 ? sizes.filter((memory) => memory !== 1536) : sizes;
}
