/** What is tested: an application's code that logs. @param logger - OpenTelemetry's */
export function createOrders(logger) {
  return {
    pay(id, card) {
      logger.emit({
        severityNumber: 9,
        severityText: 'INFO',
        body: 'charging card',
        attributes: { 'order.id': id },
      });
      if (card === 'ok') return true;
      logger.emit({
        severityNumber: 17,
        severityText: 'ERROR',
        body: 'payment failed',
        attributes: { 'order.id': id, 'exception.type': 'CardDeclined' },
      });
      return false;
    },
  };
}
