/** What each rule says, and what to do: Chinese. */
import type { RuleWords } from './wordTypes';

export const RULES_ZH: Readonly<Record<string, RuleWords>> = {
  'ok-failover': { what: '{node} 已提升、可以访问，pool 已将其记为主库', todo: '' },
  'no-new-primary': {
    what: 'pool 没有找到主库（set new primary node: -1）',
    todo: '查看持锁节点的 failover.log 和备库的 sys_log；确认原主库已停止后才能手工提升。',
  },
  'script-failed': { what: 'failover_stream.sh 提升失败', todo: '查看备库 sys_log；确认原主库已停止后手工提升。' },
  'checkpoint-failed': { what: '提升后的检查点失败', todo: '在新主库执行 checkpoint；否则回卷可能用错时间线。' },
  'script-end-missing': { what: 'failover.log 中没有本次运行的结束，但 pool 已继续', todo: '' },
  'script-hung': {
    what: 'failover.log 有开始没有结束：脚本中断、挂起，或文件到此为止',
    todo: '查找进程，再看最后一行：其后的步骤即挂起处。手工检查两个虚拟 IP。',
  },
  'script-slow': { what: '脚本用时 {seconds} 秒', todo: '时间线中停顿最长的步骤是原因，通常是 ssh 到已宕机的主机。' },
  'failover-log-needed': {
    what: 'pool 已完成，但没有 {node} 的 failover.log：无法证明提升和虚拟 IP',
    todo: '请提供 {node} 的 log/failover.log。',
  },
  'other-log-needed': {
    what: '未知脚本是否执行：需要另一个节点的日志',
    todo: '请同时提供另一个 pool 的 cluster.log；只有持锁的 pool 执行脚本。',
  },
  'exec-line-missing': {
    what: '两个 pool 的日志中都没有 `execute command:`，但切换已进行',
    todo: '文件缺行；请重新从节点取日志。',
  },
  'no-script': {
    what: '数据库被判定为 down，但没有 pool 执行 failover_stream.sh',
    todo: '检查 failover_command 和两个 pool 的锁日志；确认原主库已停止后才能手工提升。',
  },
  'argument-mismatch': {
    what: 'cluster.log 与 failover.log 的参数不同：{what}',
    todo: '两行属于不同的运行，或脚本被修改过。',
  },
  'ssh-failed-host-dead': { what: 'ssh 无法连接原主库：主机已宕机，属预期', todo: '' },
  'ssh-failed-host-alive': {
    what: '原主库主机在线但拒绝 ssh：原主库可能仍在运行并持有虚拟 IP',
    todo: '立即手工停止原主库并删除其虚拟 IP；然后修复节点间 ssh 互信。',
  },
  'ssh-failed-why': { what: 'ssh 原主库失败；所给日志中没有原因', todo: '检查原主库已停止且不持有虚拟 IP。' },
  'vip-not-moved': {
    what: '数据库虚拟 IP 未迁移',
    todo: '在新主库加载 KB_VIP（ip addr add、arping）；检查 HAmodule.conf 的 DEV、KB_VIP，以及原主库是否仍持有。',
  },
  'lock-contention': { what: '两个 pool 都请求锁，其中一个获得：正常', todo: '' },
  'lock-not-released': { what: '持锁者没有释放锁', todo: '另一个 pool 会一直等待；检查持锁者的主进程。' },
  'slow-detection': {
    what: '故障发现用时 {measured} 秒，配置为 {retries} × {delay} = {nominal} 秒：每次连接用时 {attempt} 秒',
    todo: '减小 connect_timeout 和 health_check_timeout，或把它们计入目标。',
  },
  blip: { what: '重试 {retries} 次后数据库恢复应答；没有切换', todo: '' },
  'logs-end': { what: '有重试，但没有判定也没有恢复：日志到此为止或缺行', todo: '请提供后续文件。' },
  'standby-only': { what: '备库故障；主库未变', todo: '' },
  'single-node': { what: '集群没有备库的时间为 {seconds} 秒', todo: '' },
  'still-single': { what: '日志中没有故障节点重新接入：集群少一个节点', todo: '检查 show pool_nodes；恢复该节点。' },
  'done-missing': {
    what: '日志中没有本次切换的结束（failover done）',
    todo: '请提供后续文件；检查 show pool_nodes。',
  },
  'split-brain': {
    what: 'watchdog 报告脑裂',
    todo: '停止其中一个 pool。常见原因：节点间防火墙（9000/tcp、9694/udp）。',
  },
  'split-brain-states': {
    what: '{a} 和 {b} 曾同时为 MASTER',
    todo: '考虑时钟差（--skew）后确认；若属实，停止一个 pool，并检查防火墙（9000/tcp、9694/udp）。',
  },
  'cluster-vip-failed': {
    what: '集群虚拟 IP 加载失败',
    todo: '检查 arping（必须是 iputils 的）、delegate_IP 和网卡；kingbasecluster 会因此退出。',
  },
  'gateway-lost-everywhere': {
    what: '两个节点都 ping 不通网关：网关故障，整个集群停止',
    todo: '修复网关后手工启动数据库：不会自动恢复。',
  },
  'gateway-lost': { what: '所有受信网关都不通', todo: '修复该节点网络；因此被停止的数据库须手工启动。' },
  'gateway-slow': { what: '一个受信网关没有应答', todo: '请配置两个网关。' },
  'all-down': { what: 'pool 不接受连接：它认为所有数据库都已停止', todo: '确认哪个数据库最新，启动并接入。' },
  'recovery-skipped': {
    what: '恢复被跳过 {times} 次：没有 recovery.conf，且 AUTO_PRIMARY_RECOVERY 关闭',
    todo: '确认该节点应为备库后：把 etc/recovery.done 复制为 data/recovery.conf，或设置 AUTO_PRIMARY_RECOVERY。',
  },
  'no-primary': { what: 'pool 中没有主库：无法恢复', todo: '先恢复主库。' },
  'pool-unreachable': {
    what: '恢复脚本无法访问 pool',
    todo: '检查 pool 是否运行、集群虚拟 IP 的 9999 端口是否应答。',
  },
  'mount-failed': {
    what: '磁盘检查失败，数据库已停止',
    todo: '修复磁盘（挂载、空间、只读），再启动数据库；由 USE_CHECK_DISK、MOUNT_CHECK_MAX_RETRIES 决定。',
  },
  'mount-failed-ignored': {
    what: '磁盘检查失败但被忽略（USE_CHECK_DISK = off）；其后的 “ok” 没有意义',
    todo: '修复磁盘。',
  },
  'local-ssh': { what: '脚本无法修改地址：需要以 root ssh 到 localhost', todo: '修复到 localhost 的 ssh 互信。' },
  'gap-too-large': { what: '备库落后太多，不能转为同步', todo: '等待追上，或检查网络和磁盘。' },
  'not-replicating': {
    what: '主库的流复制列表中没有这个备库',
    todo: '查看它的 sys_log（复制槽缺失、时间线分叉、sys_hba.conf）：在它流复制之前，提交不等待任何备库。',
  },
  'attach-failed': { what: 'pcp_attach_node 失败', todo: '手工接入；检查 pcp 密码。' },
  'start-gave-up': { what: '数据库一小时内没有启动', todo: '查看 sys_log；重建备库。' },
  'went-async': { what: '主库失去最后一个备库并改为异步', todo: '恢复备库：已确认的写入只在一个节点上。' },
  'rewind-failed': { what: 'sys_rewind 失败，但脚本继续执行', todo: '停止该数据库并重建：其数据不可信。' },
  'rewind-unproved': {
    what: 'sys_rewind 没有成功的标志，数据库却已启动',
    todo: '检查备库时间线和流复制；有疑问则重建。',
  },
  'attach-missing': { what: '备库已启动但没有接入 pool', todo: '执行 pcp_attach_node，再检查 show pool_nodes。' },
  'still-async': { what: '切换后集群为异步，日志中没有恢复同步', todo: '恢复备库，检查 synchronous_standby_names。' },
  'restart-storm': { what: '此期间 pool 启动了 {times} 次', todo: '' },
  'multiple-primaries': {
    what: 'repmgr 发现多个主库',
    todo: '停止写入，比较两边的时间线和数据，停止落败者并重新加入。',
  },
  'not-confirmed': {
    what: '节点未自动恢复：无法确认其为备库',
    todo: '检查远程通道；确认后 touch data/standby.signal。',
  },
  'vip-elsewhere': {
    what: '有其他主机应答了数据库虚拟 IP：该地址同时在两台主机上',
    todo: '找出持有者（arping -D），从旧主库上删除该地址，再从新主库重新通告（arping -U）。',
  },
  'vip-held-twice': {
    what: '就所给日志看，{a} 和 {b} 曾同时持有集群虚拟 IP',
    todo: '先考虑两机时钟（--skew）；从其中一台删除该地址（ip addr del），并检查防火墙（9000/tcp、9694/udp）。',
  },
  'lock-wait-long': {
    what: '另一个 pool 等锁 {waited} 秒，而持有者 {held} 秒后即已完成',
    todo: '检查两个 pool 之间的看门狗连接（9000/tcp）和另一个 pool 的主进程。',
  },
  'lock-timed-out': {
    what: '另一个 pool 没有等到脚本结束：脚本仍在执行时它就去查找主库',
    todo: '缩短脚本耗时（对已宕主机的 ssh 和 ping 会等待），然后在两个 pool 上检查 show pool_nodes。',
  },
  'clock-skew': {
    what: '{node} 与 {than} 的时钟相差约 {seconds} 秒',
    todo: '用 --skew {node}={fix} 重新分析；校准时钟。',
  },
};
