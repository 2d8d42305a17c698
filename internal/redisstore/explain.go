package redisstore

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"

	"github.com/redis/go-redis/v9"
)

// explain says in a sentence for who runs the server what an error at the start
// means and what to do, and then the error.
func explain(err error) error {
	if says := sentence(err); says != "" {
		return fmt.Errorf("%s（%w）", says, err)
	}
	return err
}

// Advice says in a sentence what an error of the store means and what mends it; ""
// where nothing more is known than the error.
func Advice(err error) string {
	if e, ok := errors.AsType[*StartError](err); ok {
		return e.Error()
	}
	return sentence(err)
}

func sentence(err error) string {
	_, start := errors.AsType[*StartError](err)
	certificate, _ := errors.AsType[*tls.CertificateVerificationError](err)
	_, plain := errors.AsType[tls.RecordHeaderError](err)
	name, unnamed := errors.AsType[*net.DNSError](err)
	timeout, _ := errors.AsType[net.Error](err)
	if start || errors.Is(err, ErrRestoring) || errors.Is(err, ErrURL) {
		return "" // they say it themselves
	}
	if says := answered(err); says != "" {
		return says
	}
	switch {
	case certificate != nil:
		return "Redis 的证书通不过验证：请核对主机名和有效期；自己签发的证书，要把签发者的证书装进系统，或用环境变量 SSL_CERT_FILE 指给它"
	case plain:
		return "这个端口不用 TLS：请把地址开头的 rediss:// 改成 redis://，或在 Redis 上打开 TLS"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "连不上 Redis，那个地址上没有程序在听：请先启动 Redis，再核对主机、端口和 Redis 的 bind 设置"
	case unnamed:
		return "找不到主机 " + name.Name + "：请核对地址里的主机名和本机的 DNS"
	case errors.Is(err, context.DeadlineExceeded), timeout != nil && timeout.Timeout():
		return "Redis 没有及时回答：请核对地址和防火墙，看它是否还在运行；它没有开 TLS 的，地址要以 redis:// 开头"
	case errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET):
		return "Redis 一连上就断开：它若只接受 TLS，地址要以 rediss:// 开头；否则请看 Redis 的日志"
	case strings.Contains(err.Error(), "sentinels"):
		return "哨兵都没有给出主节点：请核对哨兵的地址和 master_name"
	}
	return ""
}

// answered explains an error that Redis, or a sentinel, answered with.
func answered(err error) string {
	answer := func(prefix string) bool {
		return redis.HasErrorPrefix(err, prefix) || strings.Contains(err.Error(), ": "+prefix+" ")
	}
	says := func(part string) bool { return strings.Contains(strings.ToLower(err.Error()), part) }
	switch {
	case answer("WRONGPASS"):
		return "Redis 不认这个账号或口令：请核对地址里的账号和口令，写法是 redis://账号:口令@主机:端口"
	case answer("NOAUTH"):
		return "Redis 要口令，地址里没有写：请改成 redis://账号:口令@主机:端口，没有账号名就写 redis://:口令@主机:端口"
	case answer("NOPERM"):
		return "Redis 账号缺少权限：请用 ACL SETUSER 给它加上 " + permission(err)
	case answer("LOADING"):
		return "Redis 正在载入数据：请等它载入完"
	case answer("OOM"):
		return "Redis 的内存满了，写不进新的答卷：请调大 maxmemory，或给机器加内存"
	case answer("NOREPLICAS"):
		return "Redis 要求有从节点才写（min-replicas-to-write），现在跟得上的从节点不够：请启动从节点，或调小这个设置"
	case answer("READONLY"):
		return "这是 Redis 的从节点，写不进：请把地址改成主节点，或用 ?master_name= 接哨兵"
	case answer("MISCONF"):
		return "Redis 写不进磁盘，因此不收数据：请看它的日志，检查磁盘空间和目录权限"
	case answer("MASTERDOWN"):
		return "这是 Redis 的从节点，而且连不上主节点：请先恢复主节点，地址要写主节点"
	case answer("CLUSTERDOWN"):
		return "Redis 集群现在不能用：请用 redis-cli --cluster check 查看缺了哪些节点，先修复集群"
	case says("max number of clients"):
		return "Redis 的连接数到了上限：请调大 maxclients，或关掉别的连接"
	case says("db index is out of range"):
		return "Redis 没有这个编号的库：请把地址最后 / 后面的编号改小（如 /0），或调大 Redis 的 databases"
	case says("cluster support disabled"):
		return "这是单台的 Redis，不是集群：请去掉地址里的 ?addr=…，只写这一台"
	case says("unknown command") && says("sentinel"):
		return "那个地址上是普通的 Redis，不是哨兵：请去掉地址里的 master_name，或改成哨兵的地址（端口一般是 26379）"
	}
	return ""
}
