export { PipelineUiError, type Address, type PipelineUiErrorCode } from './http/http-server.ts';
export type { GroupMembers, LogOffsets } from './view/group.ts';
export { createPipelineUi, type PipelineUi, type PipelineUiOptions } from './pipeline-ui.ts';
export type { AttachedQuery } from './view/query.ts';
export type { StoreRequest } from './stores/request-counter.ts';
