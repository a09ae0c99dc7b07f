/** From the schedules of this project to what a systemd timer takes: OnCalendar. */

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** `cron`: the five fields that parseSchedule writes. One entry: several times on several days fit in one. */
export function calendarOf(cron: string): readonly string[] {
  const [minute = '', hours = '', dayOfMonth = '', , weekdays = ''] = cron.split(' ');
  const two = (text: string): string =>
    text === '*'
      ? '*'
      : text
          .split(',')
          .map((part) => part.padStart(2, '0'))
          .join(',');
  const days =
    weekdays === '*'
      ? ''
      : `${weekdays
          .split(',')
          .map((day) => DAYS[Number(day)])
          .join(',')} `;
  return [`${days}*-*-${two(dayOfMonth)} ${two(hours)}:${two(minute)}:00`];
}
