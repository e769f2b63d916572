import assert from "node:assert/strict";
import { fargateCpuSizes, fargateMemorySizes } from "../../../components/containers/fargateSize";

describe("Fargate sizes", () => {
  const table: [cpu: number, count: number, first: number, second: number, last: number][] = [
    [256, 3, 512, 1024, 2048],
    [512, 4, 1024, 2048, 4096],
    [1024, 7, 2048, 3072, 8192],
    [2048, 13, 4096, 5120, 16384],
    [4096, 23, 8192, 9216, 30720],
    [8192, 12, 16384, 20480, 61440],
    [16384, 12, 32768, 40960, 122880],
  ];
  for (const [cpu, count, first, second, last] of table) {
    it(`for ${cpu} CPU units go from ${first} to ${last} MiB`, () => {
      const sizes = fargateMemorySizes(cpu);
      assert.deepEqual([sizes.length, sizes[0], sizes[1], sizes.at(-1)], [count, first, second, last]);
    });
  }

  it("are listed for every CPU size, and there are none for others", () => {
    assert.deepEqual(
      fargateCpuSizes,
      table.map(([cpu]) => cpu),
    );
    assert.deepEqual(fargateMemorySizes(300), []);
  });
});
