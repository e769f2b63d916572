import assert from "node:assert/strict";
import { formatResourceTree } from "../../../tools/preview/resourceTree";
import { recorded } from "../checks/recorded";

describe("formatResourceTree", () => {
  it("shows children below their parents, as the Pulumi CLI does", () => {
    const within = (parent: { urn: string }, type: string, name: string) => ({
      ...recorded(type, name, {}),
      parent: parent.urn,
    });
    const stack = recorded("pulumi:pulumi:Stack", "garden-dev", {});
    const [house, shed] = [within(stack, "garden:index:House", "house"), within(stack, "garden:index:House", "shed")];
    const room = within(house, "garden:index:Room", "room");
    const resources = [
      stack,
      house,
      room,
      within(room, "aws:ec2/vpc:Vpc", "bed"),
      within(house, "aws:ec2/vpc:Vpc", "roof"),
      shed,
      within(shed, "aws:ec2/vpc:Vpc", "tools"),
    ];
    assert.equal(
      formatResourceTree(resources, (_colour, text) => text),
      [
        "     Type                     Name        Plan",
        " +   pulumi:pulumi:Stack      garden-dev  create",
        " +   ├─ garden:index:House    house       create",
        " +   │  ├─ garden:index:Room  room        create",
        " +   │  │  └─ aws:ec2:Vpc     bed         create",
        " +   │  └─ aws:ec2:Vpc        roof        create",
        " +   └─ garden:index:House    shed        create",
        " +      └─ aws:ec2:Vpc        tools       create",
      ].join("\n"),
    );
  });
});
