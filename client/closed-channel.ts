/** Calls on a connection that was closed while they waited to be retried. */
import { type ConnectionOptions, defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';

type Interceptor = NonNullable<ConnectionOptions['interceptors']>[number];
type Call = ReturnType<Interceptor>;

/** gRPC's status code. */
const CANCELLED = 1;

const cancelledCall = (): Call => {
  const call: Pick<Call, 'start' | 'sendMessage' | 'halfClose' | 'cancelWithStatus' | 'getPeer'> = {
    start: (metadata, listener) => {
      const details = 'the connection was closed';
      listener?.onReceiveMessage?.(null);
      listener?.onReceiveStatus?.({ code: CANCELLED, details, metadata });
    },
    sendMessage: () => {},
    halfClose: () => {},
    cancelWithStatus: () => {},
    getPeer: () => 'unknown',
  };
  return call as Call;
};

/** A closed channel throws instead of answering, and a retry is made from a timer, where nobody catches it. */
const answerWhenClosed: Interceptor = (options, nextCall) => {
  try {
    return nextCall(options) as Call;
  } catch (error) {
    if (error instanceof Error && error.message === 'Channel has been shut down') {
      return cancelledCall();
    }
    throw error;
  }
};

/** The SDK's own retries, which end with CANCELLED where the connection was closed meanwhile. */
export const RETRIES: readonly Interceptor[] = [makeGrpcRetryInterceptor(defaultGrpcRetryOptions()), answerWhenClosed];
