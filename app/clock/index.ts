export { LastAccess } from "./lastAccess";
export { formatDate, formatTime, readTimeZone } from "./timeZone";
