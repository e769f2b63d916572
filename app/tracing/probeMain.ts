import { main } from "./probe";

void main();
