/** How a person lets a query go on that stopped for data loss; a part of its message. */
export const LOSS_ADVICE =
  '`tickets accept-data-loss` does, for this one; FAIL_ON_DATA_LOSS=false does, for any';
