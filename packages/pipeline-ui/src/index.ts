export { PipelineUiError } from './http/http-server.ts';
export type { LogOffsets } from './view/group.ts';
export { createPipelineUi, type PipelineUi, type PipelineUiOptions } from './pipeline-ui.ts';
export type { StoreRequest } from './stores/request-counter.ts';
