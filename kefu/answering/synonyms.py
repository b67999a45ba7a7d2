"""Words that writers use for one another in customer service, Chinese and English (stems)."""

_GROUPS = """
    付款 支付 缴费 付费 缴纳 交费 | 退款 退费 退还 退回 返还 退 退钱 | 到账 返回 原路 退回 收到 入账 | 购买 下单 订购 买
    订单 购买 | 申请 提交 提出 发起 办理 | 联系 咨询 询问 致电 拨打 | 拨打 电话 热线 致电 接听 | 客服 工作人员 人员 人工 | 规则 政策 规定 条款
    期限 时限 时间 期间 有效期 | 费用 价格 收费 金额 价 元 定价 售价 目录价 单价 | 费 手续费 费用 | 支持 可用 提供 开放
    关闭 停止 停用 | 删除 清除 清空 移除 | 修改 变更 更改 调整 更换 | 需要 须 必须 应 | 允许 可 可以
    账号 账户 帐号 帐户 | 服务器 云服务器 实例 主机 机器 | 网站 站点 | 控制台 后台 管理台 | 登录 登陆 进入 打开 前往 访问
    点击 选择 单击 点选 | 有效 生效 | 到期 过期 失效 | 恢复 还原 | 备份 快照 | 保留 保存 存放 留存 | 通知 提醒 告知
    发票 票据 | 验证 核验 认证 | 问题 疑问 | 原因 理由 | 次数 次 | 部分 一部分 | 大约 约 左右 | 上限 最多 最大 限额
    每月 月 包月 | 每年 年 自然年 一年 | 可能 或许 | 完成 结束 办完 | 审核 审批 批准 通过 | 签发 颁发 | 原路 路径
    buy purchas order | pay payment paid | refund return money-back reimburs back repaid repay | receiv get arriv credit
    cost price fee charg list | instanc server machin | delet remov eras | chang modifi alter adjust switch
    ask request appli submit file | help support assist | keep retain store kept preserv | end expir laps
    open go visit navig enter | click choos select press pick | account | plan packag tier | phone call telephon
    permit allow possibl can may able | requir need necessari must mandatori | start begin commenc effect | max maximum most up
    compani firm | person peopl individu | email mail | site websit | amount sum | credit add ad
    includ contain compris cover | issu releas | valid good | answer repli respond | restor recov | backup snapshot
    left remain rest | document page | last latest | decid determin settl | cancel withdraw withdrawn
"""


def _read(groups: str) -> dict[str, frozenset[str]]:
    by_word: dict[str, set[str]] = {}
    for line in groups.strip().splitlines():
        for group in line.split("|"):
            for word in (words := group.split()):
                by_word.setdefault(word, set()).update(words)
    return {word: frozenset(others - {word}) for word, others in by_word.items()}


_SYNONYMS = _read(_GROUPS)


def synonyms(term: str) -> frozenset[str]:
    """Other words for it."""
    return _SYNONYMS.get(term, frozenset())
