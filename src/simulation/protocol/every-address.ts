/** Whether an IP address stands for all addresses of the machine. */
export function isEveryAddress(address: string): boolean {
  return address === '0.0.0.0' || /^[0:]*::[0:]*$/.test(address);
}
