import { z } from 'zod';

/** The policy of this page forbids code made of text, which zod would try when a schema is made. */
z.config({ jitless: true });
