"""Every sentence that a user can read about a workbook, in one table.

A check yields a code, a place and the figures of the case; severity and wording are here.
An *error* is what would make the score a guess, and stops; warnings and notes never do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from xlkpi.domain.location import CellRef, column_letters, list_places

NOTHING: Mapping[str, object] = MappingProxyType({})


class Severity(StrEnum):
    """How much a finding matters."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def chinese(self) -> str:
        """The word that people see."""
        return {"error": "错误", "warning": "提醒", "note": "提示"}[self.value]

    @property
    def sign(self) -> str:
        """A mark that is recognised without colour."""
        return {"error": "✗", "warning": "!", "note": "i"}[self.value]


class Code(NamedTuple):
    """One row of the table."""

    severity: Severity
    title: str
    sentence: str
    """What was found and what was expected; {names} are the finding's params, {found} the cell's text."""
    remedy: str
    """What the person should do."""


E, W, N = Severity.ERROR, Severity.WARNING, Severity.NOTE

CODES: Mapping[str, Code] = {
    # X0 the file cannot be read as a workbook (exit 3)
    "X001": Code(E, "空文件", "文件是空的（0 字节）", "请找到原来的工作簿重新复制；复制时等进度条走完。"),
    "X002": Code(E, "文件已加密", "工作簿设有打开密码，无法读取", "请用 WPS 或 Excel 打开，在“文件 → 保护工作簿/文档加密”中取消密码，保存后再试。"),
    "X003": Code(E, "旧版 .xls 格式", "这是旧版 .xls（或 .et）格式，本机的程序不能核对着读", "请用 WPS 或 Excel 打开后另存为“Excel 工作簿 (*.xlsx)”。"),
    "X004": Code(E, "网页另存的表格", "这是网页格式，只是扩展名像表格", "这是网页另存的文件，请用 WPS 或 Excel 打开后另存为 .xlsx。"),
    "X005": Code(E, "文本文件", "这是 CSV 或纯文本文件，不是工作簿", "请使用标准工作簿填写；CSV 里没有格式和多张工作表，不能代替工作簿。"),
    "X006": Code(E, "文件不完整", "文件已损坏或没有复制完整（{what}）", "请从原处重新复制一份；U 盘或网盘上的文件要等传输完成。"),
    "X007": Code(E, "不是工作簿", "这不是 .xlsx 工作簿，而是{kind}", "请选择填好的 .xlsx 工作簿。"),
    "X008": Code(E, ".xlsb 格式", "这是二进制的 .xlsb 格式，不能核对其中的公式", "请用 Excel 或 WPS 打开后另存为“Excel 工作簿 (*.xlsx)”。"),
    "X009": Code(E, "含有 Excel 4.0 宏表", "工作簿里有 Excel 4.0 宏表“{sheet}”（可能是深度隐藏的），不能核对着读", "来历不明的文件不要使用；确认安全的，请用 Excel 或 WPS 删去这张宏表，另存为 .xlsx 再试。"),
    "X010": Code(E, "含有不允许的声明", "文件内部（{part}）含有文档类型声明，正常的工作簿不会有", "请用 WPS 或 Excel 打开后另存一份再试；来历不明的文件不要使用。"),
    "X011": Code(E, "文件内部重名", "文件内部有两个同名的部分（{part}），不同程序会读出不同的数", "请用 WPS 或 Excel 打开后另存一份再试。"),
    "X012": Code(E, "单元格次序错乱", "工作表“{sheet}”的 {cell} 处行列次序错乱或重复，不同程序会读出不同的数", "请用 WPS 或 Excel 打开后另存一份再试。"),
    "X013": Code(E, "文件过大", "{what}为 {found}，超过上限 {limit}", "请删去与绩效自评无关的工作表、行、列或图片后再试。"),
    "X014": Code(E, "文件内部读不出来", "文件内部（{part}）无法读取：{what}", "请用 WPS 或 Excel 打开修复后另存一份；打不开时请找备份。"),
    "X015": Code(E, "文件打不开", "文件打不开：{reason}", "请确认文件名正确、文件还在原处、没有被别的程序独占，并且您有读取权限。"),
    "X017": Code(E, "读取失败", "工作簿内容无法读取（{reason}）", "请用 WPS 或 Excel 打开后另存一份再试。"),
    "X018": Code(E, "超过时限", "处理超过了 {limit} 秒，已经停止", "请删去与绩效自评无关的工作表、行、列或图片后再试；来历不明的文件不要使用。"),
    "X019": Code(E, "超过内存", "处理所需的内存超过了 {limit} MB，已经停止", "请删去与绩效自评无关的工作表、行、列或图片后再试；来历不明的文件不要使用。"),
    "X020": Code(E, "两种读法不一致", "旧版格式的工作表“{sheet}”的 {cell}，两种读取程序读出的内容不一致", "请用 WPS 或 Excel 打开后另存为“Excel 工作簿 (*.xlsx)”再试。"),
    "X021": Code(E, "表格程序的临时文件", "这是表格程序打开“{owner}”时留下的临时文件，不是工作簿", "请拖入“{owner}”；这个文件在关闭表格程序后会自动消失。"),
    "X035": Code(E, "读取中断", "读取这个文件的程序中途崩溃（代码 {code}），别的文件不受影响", "请用 WPS 或 Excel 打开后另存一份再试；仍然如此的，请把文件（去掉敏感内容）交给技术支持。"),
    "X036": Code(E, "问题太多", "要说明的内容超过 {limit} MB，已经停止", "请确认这是绩效自评工作簿；请删去与绩效自评无关的内容后再试。"),
    # X1 structure
    "X101": Code(E, "缺少工作表", "缺少工作表“{name}”", "请从空白模板中把这张表补回来；如果改过表名，请改回“{name}”。"),
    "X102": Code(E, "找不到表头", "前 {rows} 行里找不到表头，缺少列：{missing}{seen}", "请恢复表头文字：{expected}；不认识的表头如果就是缺少的列，请改回标准表头。"),
    "X103": Code(E, "表头重复", "表头“{header}”{said}", "请删去多余的一列，或改成别的列名。"),
    "X104": Code(E, "格式版本太新", "工作簿的格式版本是 {found}，本程序只认到版本 {known}", "请使用新版的 xlkpi，或用本程序重新生成空白工作簿填写。"),
    "X105": Code(W, "没有格式版本", "工作簿里没有模板名称和格式版本，可能不是由标准模板填写的", "如果工作簿是自制的可以忽略；最好用 xlkpi new 生成的空白工作簿填写。"),
    "X106": Code(E, "没有评分表", "没有任何“评分_姓名”工作表", "请为每名评分人保留一张“评分_姓名”表。"),
    "X107": Code(E, "工作表重名", "工作表“{found}”与“{other}”是同一张表", "请只保留一张，另一张删除或改名。"),
    "X108": Code(N, "不属于标准格式的工作表", "工作表“{found}”不属于标准格式，没有读取", "如果它是填错名字的表，请改回标准名称；否则不用处理。"),
    "X109": Code(N, "表下的附注", "“{found}”像是附注，没有当作数据", "如果它是数据，请把这一行填完整。"),
    "X110": Code(E, "数据区有合并单元格", "{range} 是合并单元格，各行各列的值无从知道{beneath}", "请取消合并，把内容逐格填写完整。"),
    "X111": Code(N, "有隐藏的内容", "{what}已照常读取", "请确认隐藏的内容是要参加计算的。"),
    "X112": Code(W, "这一列没有使用", "表头{found}不是标准表头，这一列的内容没有使用", "是自己加的列就不用处理，最好移到表的最右边。"),
    "X113": Code(E, "表是空的", "工作表“{name}”没有数据", "请按空白模板填写。"),
    "X114": Code(E, "已是评分结果", "这是评分结果工作簿，不是填报的工作簿，不再重复评分", "要重新评分，请拖入原来的工作簿；要核对这份结果，用 xlkpi verify。"),
    "X115": Code(E, "表头不认识", "表头{found}不认识，而这张表缺少列：{missing}", "如果它就是其中一列，请改回标准表头；是自己加的列，请移到表的最右边，并补上缺少的列。"),
    "X116": Code(W, "找不到表头", "前 {rows} 行里找不到表头，缺少列：{missing}{seen}；这张表没有使用", "要用这张表，请恢复表头文字：{expected}。"),
    "X117": Code(N, "含有宏", "工作簿里有宏，没有运行，也不影响评分", "不用处理；评分结果里没有宏。"),
    "X118": Code(E, "表名不是标准名称", "工作表“{found}”看内容是“{name}”，但表名不是“{name}”，没有读取；缺了它，得分就可能不对", "请把表名改回“{name}”（已有一张空的“{name}”，先删去空的）；如果确实不是这张表，请移出工作簿，或改掉它的表头。"),
    "X119": Code(W, "没有使用的备份表", "工作表“{found}”看内容是“{name}”，但表名不是“{name}”，没有使用", "请确认要用的内容都在“{name}”表里；是备份或草稿的不用处理，最好移出工作簿。"),
    "X120": Code(E, "表下又有一个表头", "这一行又是一行表头：从这里往下的内容属于哪张表，无从知道", "同一张表的内容，请删去这一行表头；另一张表的内容，请移到它自己的工作表。"),
    "X121": Code(N, "隔了许多空行", "这一行与上面的数据隔了 {gap} 个空行，已照常读取", "请确认它是要参加计算的；不是的请删去。"),
    "X122": Code(N, "表格以外的内容", "工作簿里还有{what}，不参加评分；评分结果里没有，待修改的副本里也可能没有", "不用处理；它们仍在原文件里，请保留原文件。"),
    "X123": Code(W, "表下又有一个表头", "这一行又是一行表头：从这里往下的内容没有使用", "同一张表的内容，请删去这一行表头；另一张表的内容，请移到它自己的工作表。"),
    "X124": Code(E, "不是标准工作簿", "这不是标准的绩效自评工作簿，看内容是{what}", "{how}。"),
    "X125": Code(W, "表下另有内容，不计分", "表的下面隔了空行另有内容（{range}），表头是“{found}”，像是另一张小表；没有使用，不计分", "不参加评分的不用处理，最好移到另外的工作表；要计分的，请填到上面的表里，中间不留空行和表头。"),
    # X2 marks
    "X201": Code(E, "漏评", "{scorer} 没有给“{indicator}”（{code}）打分", "请由 {scorer} 补填 0 到 {limit} 之间的得分{hint}；需要回避的，在“评分说明”写“回避”。"),
    "X202": Code(E, "得分为负", "得分 {found} 小于 0", "请改为 0 到 {limit} 之间的数。"),
    "X203": Code(E, "得分超过分值", "得分 {found} 超过{what} {limit}", "请改为 0 到 {limit} 之间的数，或删去得分并在“评分说明”写“回避”。"),
    "X204": Code(E, "评分表有未知编号", "编号“{found}”不在三级指标表中", "请改成三级指标表中的编号，或删去这一行的得分。"),
    "X205": Code(E, "评分表编号重复", "编号“{found}”与 {other} 重复，不知以哪个得分为准", "请只保留一行，删去另一行的编号和得分。"),
    "X206": Code(E, "得分没有编号", "这一行有得分 {found}，但没有编号", "请填写这个得分属于哪个指标编号，或删去得分。"),
    "X207": Code(E, "成员没有评分表", "{scorer} 参加评分，但没有“评分_{scorer}”工作表", "请补上这张表；不评分的，在“是否评分”填“否”，缺席的填“缺席”。"),
    "X208": Code(E, "评分人不在工作组", "评分人“{found}”不在“评价工作组”中", "请在“评价工作组”补上此人，或更正评分人姓名。"),
    "X209": Code(W, "表名与评分人不一致", "工作表名是“{sheet}”，而表内评分人是“{found}”；以表内为准", "请核对后把表名改为“评分_{found}”，或更正表内评分人。"),
    "X210": Code(E, "同一评分人有两张表", "评分人“{found}”在“{other}”已有一张评分表", "请只保留一张，或更正其中一张的评分人姓名。"),
    "X211": Code(E, "既打分又回避", "写了“回避”，但又有得分 {found}", "需要回避的请删去得分；不回避的请删去“回避”二字。"),
    "X212": Code(E, "缺少评分权重", "综合方法是加权平均，但 {scorer} 没有评分权重", "请填一个正数作为评分权重，或在“参数”改用其他综合方法。"),
    "X213": Code(E, "评分权重无效", "评分权重 {found} 不是正数", "请填一个正数，例如 1。"),
    "X214": Code(E, "不评分的成员有得分", "{scorer} 的“是否评分”是“{status}”，但评分表里有得分", "确实参加评分的，把“是否评分”改为“是”；否则清空其评分表。"),
    "X215": Code(E, "无人评分", "“{indicator}”（{code}）没有任何人评分：全部回避或缺席", "请至少安排一名成员评分。"),
    "X216": Code(E, "成员重名", "姓名“{found}”与 {other} 重复", "请在姓名后加以区分，并同时改评分表中的评分人。"),
    "X217": Code(N, "系统计分的指标也打了分", "“{code}”由系统计分，{scorer} 的得分 {found} 不采用", "不用处理；如应由评分人打分，请把评分方式改为“评分人打分”。"),
    "X218": Code(E, "没有写评分人", "表内“评分人”右边是空的，不知这张表是谁打的分", "请在“评分人”右边的格子填写姓名。"),
    "X219": Code(E, "找不到评分人一栏", "前 {rows} 行里找不到“评分人”这一格", "请在表头上方写“评分人”，右边一格写姓名。"),
    "X220": Code(E, "没有人评分", "“评价工作组”里没有任何人参加评分", "请至少登记一名参加评分的成员。"),
    "X221": Code(E, "姓名不能用作表名", "姓名“{found}”不能用作表名：最多 28 个字，不能含 []:*?/\\", "请换一个写法，并同时改评分表。"),
    "X222": Code(E, "缺少姓名", "工作组的这一行有内容，但没有姓名", "请填写姓名，或清空这一行。"),
    "X223": Code(E, "评分表缺少指标", "{scorer} 的评分表里没有“{indicator}”（{code}）这一行", "请在表中空白的黄色行填写编号 {code} 和得分；需要回避的，在“评分说明”写“回避”。指标是新加的，可用“待修改”那份副本：各评分表已补上这一行。"),
    "X224": Code(W, "两张评分表完全相同", "评分人“{found}”的得分和评分说明与“{other}”的完全相同（共 {count} 项），像是复制来的", "请由本人逐项核对，确认是独立打分；确实相同的不用处理。"),
    "X225": Code(E, "编号与指标名称不符", "编号是“{code}”，而这一格写的是“{found}”，那是“{other}”的名称{also}：得分属于哪个指标，无从知道", "请核对这个得分属于哪个指标，改正编号；编号没有错的，清空这一格，或改为“{expected}”。"),
    "X226": Code(W, "查出来的内容被改写", "“{code}”的{header}在三级指标表中是“{expected}”，而这一格写的是“{found}”；以三级指标表为准", "请核对评分人是按哪个内容打的分；这一格可以清空。"),
    "X227": Code(E, "像是别处的评分表", "打了分的 {count} 个指标里，有 {different} 个的名称与三级指标表不同，例如“{code}”写的是“{found}”，三级指标表中是“{expected}”", "请核对这张评分表是不是从别的工作簿复制来的；确是本表的，请清空“三级指标”一列，或改得与三级指标表一致。"),
    "X228": Code(W, "得分像是别的尺度", "打分制是{system}，而 {scorer} 的 {count} 个得分都没有超过{limit}，像是按{what}打的", "请核对“参数”里的打分制和这张评分表；确实是这样打的不用处理。"),
    "X229": Code(E, "评分权重写法不一", "评分权重 {found} 是数，而 {other} 写的是百分数 {share}，两者相差一百倍", "请统一写法：都写成数，例如 40、30、30；或都写成百分数。"),
    "X240": Code(W, "权重相差太大", "权重 {found} 与 {other} 的 {expected} 相差 {times} 倍，像是一处写成了小数、一处写成了百分数", "请核对：40% 写成 40 的，都写 40、30、30；写成 0.4 的，都写 0.4、0.3、0.3；确实是这样的不用处理。"),
    "X241": Code(E, "姓名像是写错了", "“{found}”像是写错了：{why}", "请核对这一格：应为“{expected}”的请改正，别处不用动；没有写错的，请改{others}。"),
    "X242": Code(W, "三级指标与各评分表不同", "“{code}”的{header}在这里是“{found}”，而 {count} 张评分表里都写着“{other}”（{where}）；以这里为准", "请核对：这里改错了的请改回；是打分以后才改的，请评分人按改后的内容核对得分。"),
    "X243": Code(E, "编号与各评分表不符", "编号是“{found}”，而 {count} 张评分表里“{found}”都写着“{name}”（{where}），那是“{other}”的名称{also}：各个得分属于哪个指标，无从知道", "请核对三级指标表的编号和名称，把写错的改正；三级指标表没有错的，请清空各评分表的“三级指标”一栏。"),
    "X244": Code(E, "评分表已补上指标", "“{indicator}”（{code}）是三级指标表中新加的，{scorer} 的评分表里没有；这份副本已在第 {row} 行补上它的编号，原有的得分都没有动", "请由 {scorer} 在这一行填得分；需要回避的，在“评分说明”写“回避”。"),
    "X245": Code(W, "评分表已取下指标", "编号“{found}”已不在三级指标表中；{scorer} 的评分表第 {row} 行原有{said}，这份副本已把它取下，原来的文件里还在", "不要这个指标的，不用处理；还要的，请在原来的文件里把它补回“三级指标”，再评一次。"),
    "X230": Code(E, "缺少评分组", "{scorer} 没有填评分组，而别的评分人填了：这个人的得分算在哪一组，无从知道", "请填写评分组；不分组评分的，请清空所有人的评分组。"),
    "X231": Code(E, "缺少组权重", "评分组“{group}”没有组权重", "请在该组任一成员的“组权重”填一个正数，例如 40；不分组评分的，请清空所有人的评分组。"),
    "X232": Code(E, "组权重无效", "组权重 {found} 不是正数", "请填一个正数，例如 40。"),
    "X233": Code(E, "组权重前后不一", "评分组“{group}”的组权重，这一行是 {found}，而 {other} 是 {expected}", "请改成同一个数，或只留一行。"),
    "X234": Code(N, "评分组在一个指标上无人评分", "“{indicator}”（{code}）：评分组“{found}”的人全部回避，按其余各组的权重折算", "不用处理；应当评分的，请由该组的人补填得分。"),
    "X235": Code(W, "评分组无人评分", "评分组“{found}”{why}，没有得分，全部指标都按其余各组的权重折算", "请确认评分方案允许缺一组；不允许的，请安排该组的人评分。"),
    "X236": Code(E, "组权重写法不一", "组权重 {found} 是数，而 {other} 写的是百分数 {share}，两者相差一百倍", "请统一写法：都写成数，例如 40、30、30；或都写成百分数。"),
    "X237": Code(E, "有组权重没有评分组", "这一行有组权重 {found}，但没有评分组", "请在“评分组”填写它属于哪一组（表头须是“评分组”）；不分组评分的，请清空组权重。"),
    "X238": Code(E, "去极值个数太多", "两端各去掉 {found} 个得分要去掉 {each} 个，而去极值最少人数是 {least}：可能一个得分也不剩", "请把“去极值最少人数”改为不小于 {needed} 的整数，或减少去极值个数。"),
    "X239": Code(W, "评分组名称相近", "评分组“{found}”与“{other}”只差一个“组”字，现在按两组计算", "是同一组的，请改成同一个名称；确实是两组的不用处理。"),
    # X25 the marks compared
    "X250": Code(N, "全部满分", "所有评分人（{who}）给所有指标打的都是满分，共 {count} 个得分", "不影响计分。请确认是逐项独立打分，满分都有佐证材料；确实如此的不用处理。"),
    "X251": Code(N, "一张评分表的得分率都相同", "{who} 的得分全部是{level}", "不影响计分。请确认是逐项独立打分；确实如此的不用处理。"),
    "X252": Code(N, "评分表的得分相同", "{who} 的 {count} 个得分与 {other} 的完全相同", "不影响计分。请确认是各自独立打分；确实相同的不用处理。"),
    "X253": Code(N, "离群的得分", "有 {count} 个得分与其他人的平均相差超过 {line} 个百分点（离群线），打分的是 {who}；相差最大的是 {scorer} 给“{code}”打的 {found}，{side} {gap} 个百分点", "不影响计分。逐个见评分结果的“评分对比”；请打分的人核对，有依据的不用处理。"),
    "X254": Code(N, "打分偏宽或偏严", "同样的指标，得分率与其他人的平均相差超过 {line} 个百分点（宽严线）：{high}{low}", "不影响计分。各人的宽严见评分结果的“评分对比”；请评价工作组知悉，掌握的尺度要一致。"),
    # X3 indicators and points
    "X301": Code(E, "一级指标合计不是 100", "一级指标的分值合计是 {found}，应为 100", "请调整各一级指标的分值，使合计为 100（现在{difference}）。"),
    "X302": Code(E, "下级分值合计不符", "“{name}”（{code}）的分值是 {points}，而它的{child}分值合计是 {found}", "请调整，使两者相等（现在{difference}）。"),
    "X303": Code(E, "上级编号不存在", "{parent}“{found}”在{sheet}表中找不到", "请改成{sheet}表中已有的编号。"),
    "X304": Code(E, "没有下级指标", "“{name}”（{code}）没有任何{child}", "请补上它的{child}，或删去这一行。"),
    "X305": Code(E, "编号重复", "编号“{found}”与 {other} 重复", "请改成不重复的编号（大小写不作区分）。"),
    "X306": Code(E, "缺少编号", "这一行有内容，但没有编号", "请填写编号，或清空这一行。"),
    "X307": Code(E, "缺少分值", "“{code}”没有填分值", "请填一个正数。"),
    "X308": Code(E, "分值不是正数", "分值 {found} 不是正数", "请改为大于 0 的数；不评的指标请删去这一行。"),
    "X309": Code(E, "编号成了小数", "编号在单元格里是数 {found}，1.1 与 1.10 会变成同一个数，无法分辨", "请把该列设为文本格式后重新输入编号，最好以字母开头，例如 A1.1。"),
    "X310": Code(W, "编号成了数字", "编号在单元格里是数 {found}，按文本“{read}”读取", "请把该列设为文本格式后重新输入，最好以字母开头。"),
    "X311": Code(E, "合计行不符", "{what}一行写的是 {found}，而各行合计是 {expected}", "请核对是否漏行或写错；合计行只作核对，不参加计算，也可以删去。"),
    "X312": Code(E, "缺少名称", "“{code}”没有填名称", "请填写指标名称。"),
    "X313": Code(W, "名称重复", "“{found}”与 {other} 名称相同", "请确认不是同一指标重复计分；确为不同指标的，请改写名称加以区分。"),
    "X314": Code(E, "编号含特殊符号", "编号“{found}”含有 * ? ~ 等符号，查找公式会误认", "请只用字母、数字、点和短横线。"),
    "X315": Code(N, "分值比小数位数细", "小数位数是 {places}，而{which}的分值有更多位小数（如“{code}”的 {found}）：满分时得分就是分值，不满分时四舍五入到 {places} 位小数、不超过分值；总分按 {finest} 位小数计", "不用处理；{how}。"),
    "X316": Code(W, "合计没有算上文本", "{what}一行写的是 {found}，没有算上写成文本的 {cells}：表格程序的合计公式不计文本；各行合计是 {expected}", "请把这些格子改成数（只填数字，不写单位），合计公式就会算上；合计行只作核对，不参加计算。"),
    "X318": Code(N, "没有分值的行", "“{found}”没有分值，只作说明，不计分", "不用处理；应当计分的，请填写分值。"),
    "X319": Code(W, "没有编号和分值的行", "“{found}”没有编号、上级编号和分值，当作说明，不计分", "是说明的不用处理；是指标的，请补上编号和分值。"),
    "X320": Code(E, "给没有分值的行打了分", "“{name}”（{code}）没有分值，不计分，而 {scorer} 打了 {found} 分", "请删去这个得分；应当计分的，请在“三级指标”填写它的分值。"),
    "X321": Code(E, "上级没有分值", "上级“{found}”（{name}）在“{sheet}”没有分值，只是说明，不能有下级指标", "请改成它所属的指标的编号；它本身就是一级的，请填写它的分值。"),
    "X322": Code(E, "复核了没有分值的行", "“{name}”（{code}）没有分值，不计分，而复核得分是 {found}", "请清空这个复核得分。"),
    "X323": Code(W, "满意度调查没有使用", "“{found}”（{name}）没有分值，不计分，这一行的票数没有使用", "不用处理；应当计分的，请在“三级指标”填写它的分值。"),
    "X324": Code(E, "编号像是写错了", "编号“{found}”像是写错了：{why}", "{how}"),
    "X325": Code(E, "像是少了一行", "“{sheet}”表里没有编号“{found}”，而{why}", "删去的请找回这一行；编号写成别的了，请改正；确实不要的，把用到它的各行也删去。"),
    "X326": Code(E, "评分表里有取消了的指标", "“三级指标”表里没有编号“{found}”，而{why}；其余指标的分值合计是对的，像是已经取消", "确实取消的，请用“待修改”那份副本：各评分表已取下它的行，取下的得分列在问题清单里；误删的请在这张表里找回这一行。"),
    # X4 budget
    "X401": Code(W, "没有预算执行数据", "“预算执行”没有填任何项目", "请按项目填写；确无预算的可以忽略。"),
    "X402": Code(E, "计分需要预算执行数据", "“{code}”按预算执行率计分，但“预算执行”没有可用的数据", "请填写“预算执行”，或更改该指标的评分方式。"),
    "X403": Code(W, "执行数大于预算数", "全年执行数 {found} 大于全年预算数 {budget}", "请核对；确有超支的，请写明偏差原因。执行率计分最多得满分。"),
    "X404": Code(E, "金额为负", "金额 {found} 小于 0", "请改为 0 或正数。"),
    "X405": Code(E, "缺少金额", "“{project}”没有填{what}", "请填写；没有发生的填 0。"),
    "X406": Code(W, "财政资金大于预算", "其中：财政资金 {found} 大于全年预算数 {budget}", "请核对两个数。"),
    "X407": Code(W, "预算为 0", "全年预算数合计为 0，预算执行率按 0 计算", "请核对“全年预算数”。"),
    "X408": Code(E, "缺少项目名称", "这一行有内容，但没有项目名称", "请填写项目名称，或清空这一行。"),
    "X409": Code(W, "项目名称重复", "项目“{found}”与 {other} 同名", "请确认不是同一笔预算填了两次。"),
    "X410": Code(E, "资金来源与预算执行不符", "资金来源的{what}合计是 {found}，而预算执行的合计是 {expected}", "请核对两张表，使{what}合计一致；不填的，请整张清空“资金来源”。"),
    "X411": Code(W, "待补：执行率低的原因", "“{project}”的执行率是 {found}，低于 {line}，没有写偏差原因", "请在“偏差原因”写明原因。"),
    "X412": Code(E, "资金来源缺少金额", "“{project}”没有填{what}", "请填写；没有的填 0。"),
    "X413": Code(W, "像是合计行", "“{found}”的预算数和执行数正好等于{parts}之和，却作为一个项目计入", "是合计行的，请删去这一行，或排在各行下面、把名称改为“合计”或“小计”（只作核对）；确实是一个项目的不用处理。"),
    "X414": Code(W, "执行率与预算数不符", "“{project}”的执行率填的是“{found}”，而按全年执行数÷全年预算数算得 {rate}%；填的没有使用", "请核对全年预算数和全年执行数；执行率自动计算，可以清空。"),
    "X416": Code(E, "“其中”的行重复计入", "“{found}”是{above}的一部分，又作为一行计入，就算了两遍", "请删去这一行。{above}其实是合计的，把它的名称改为“合计”（只作核对）；这一行本来就单独成项的，去掉名称里的“其中”。"),
    "X417": Code(E, "分类合计重复计入", "“{found}”的预算数和执行数正好等于{parts}之和，又作为一个项目计入，就算了两遍", "请删去这一行。确实是一个项目的，请改用项目自己的名称，前面不加序号。"),
    "X418": Code(E, "金额单位不符", "“{found}”写的单位是“{unit}”，而“基本信息”的金额单位是“{expected}”：金额究竟是哪个单位，无从知道", "请核对这张表的金额：单位确是{unit}的，{how}；只是这里没有改的，把“{unit}”改为“{expected}”。"),
    "X419": Code(E, "表头的单位不符", "表头“{found}”写的单位是“{unit}”，而另一处写的是“{expected}”：指标值和完成值是不是同一个单位，无从知道", "请换算成同一个单位，表头不写单位，每个指标的单位写在“计量单位”。"),
    # X5 cells
    "X501": Code(E, "单元格是错误值", "单元格是错误值 {found}", "请改成正确的数或文字；引用了别处的，请改正被引用的单元格。"),
    "X502": Code(E, "公式没有算出的值", "单元格是公式 {found}，但文件里没有它的计算结果", "请用 WPS 或 Excel 打开工作簿，等计算完成后保存再试，或直接填数。"),
    "X503": Code(E, "单元格是日期", "单元格被当成了日期 {found}", "请把单元格格式改为“常规”或“文本”，再重新输入。"),
    "X504": Code(W, "填写处是公式", "填写处是公式 {found}，按保存的结果读取", "请核对结果；最好改成直接填写的数，以便审计核对。"),
    "X505": Code(E, "不是数", "“{found}”不是一个数", "请只填{wanted}{proposed}；单位和说明写到别处{otherwise}。"),
    "X506": Code(E, "百分数含义不明", "“{found}”在这里含义不明：这里要填的是数，不是百分数", "请把单元格格式改为“常规”，再按实际含义填{digits}。"),
    "X507": Code(N, "读取时作了换算", "“{found}”读作 {read}", "不用处理；如读法不对，请改成不会读错的写法，数就直接填数字。"),
    "X508": Code(E, "小数位太多", "{found} 的小数超过 {limit} 位，像是粘贴来的除法结果", "请四舍五入到 {limit} 位以内再填。"),
    "X509": Code(E, "是逻辑值", "单元格是逻辑值 {found}，不是数", "请填数字。"),
    "X510": Code(E, "不在可选项内", "“{found}”不是可选的内容", "请从下拉列表中选择：{choices}。"),
    "X511": Code(E, "数字里有看不见的字符", "“{found}”里夹有看不见的字符（{which}），不能当作数", "请删去整格内容后重新输入数字。"),
    "X512": Code(E, "单位不符", "“{found}”的单位是“{unit}”，这里应为“{expected}”", "请换算成{expected}，并且只填数字。"),
    "X513": Code(E, "单元格是图片", "单元格里是嵌入的图片，不是文字或数", "请把内容改为文字或数；图片请另存为佐证材料。"),
    "X514": Code(E, "数太大", "{found} 超出可精确计算的范围", "请核对是否多打了位数。"),
    "X515": Code(E, "显示的不是所存的数", "单元格里存的是 {found}，显示的却是{shown}：以哪个为准，无从知道", "请把单元格格式改为“常规”，核对后{unit}重新填数：所存的 {found} 没有错的，改了格式就行；以显示的{shown}为准的，按它的意思填。"),
    "X516": Code(E, "数上画了删除线", "“{found}”整格画了删除线，像是已经作废", "作废的，请清空这一格或改填新的数；仍然有效的，请去掉删除线（设置单元格格式 → 字体）。"),
    "X517": Code(E, "一格里的数分成几段", "“{found}”由几段合成：{pieces}，填的究竟是哪个数，无从知道", "请删去整格内容，重新只填一个数，不用上标、下标和删除线。"),
    "X518": Code(E, "看不见的数", "单元格里存的是“{found}”，而字的颜色与底色相同，看不见", "请把字体颜色改为“自动”，核对后留下要填的数，不要的清空。"),
    "X519": Code(N, "文字画了删除线", "{what}画了删除线，仍照常读取", "作废的请删去；仍然有效的，请去掉删除线。"),
    "X520": Code(W, "显示的不是所存的内容", "单元格里存的是“{found}”，显示的却是{shown}；评分结果里用所存的", "请把单元格格式改为“常规”或“文本”，核对后重新填写。"),
    "X521": Code(W, "看不见的文字", "单元格里写的是“{found}”，而字的颜色与底色相同，看不见；已照常读取", "请把字体颜色改为“自动”，核对内容；不要的请清空。"),
    "X522": Code(E, "百分比格式的数太大", "显示的是“{found}”，存的是 {held}：是 {held}% 还是 {found}，无从分辨", "若是 {held}%，请把单元格格式改为“常规”，再填 {held} 或写成文字“{held}%”；若真是 {found}，请把格式改为“文本”，写成“{found}”。"),
    "X523": Code(W, "零值没有显示", "这张表设成不显示零值，{found} 存的是 0，看上去是空的；按 0 计算", "请核对这些 0 是不是要填的：不是的请清空；最好在“选项 → 高级”里打开“在具有零值的单元格中显示零”。"),
    # X6 scoring methods
    "X601": Code(E, "评分方式不认识", "评分方式“{found}”不认识", "请改为：{choices}。"),
    "X602": Code(E, "缺少实际完成值", "“{code}”按“{method}”计分，需要实际完成值", "请填写实际完成值（只填数字）；没有完成的填 0，本年不考核的把“评分方式”改为“不适用”。"),
    "X603": Code(E, "缺少年度指标值", "“{code}”按“{method}”计分，需要年度指标值", "请填写年度指标值（只填数字）。"),
    "X604": Code(E, "指标性质不适用", "“{code}”按“{method}”计分，指标性质“{found}”不适用", "请填 ≥、>、=、≤ 或 < 之一。"),
    "X605": Code(E, "年度指标值不是正数", "“{code}”的年度指标值是 {found}，不能按“{method}”计分", "请核对年度指标值；确是如此的，请改用“达标得满分”或“评分人打分”。"),
    "X606": Code(E, "百分数还是小数", "{why}，而这里填的是 {found}：是 {small} 还是 {large}，无从分辨", "请写成“{small}”或“{large}”这样的形式{also}。"),
    "X607": Code(E, "单位没有写明", "计量单位是空的，而年度指标值写的是“{target}”，实际完成值写的是“{found}”：是不是同一个单位，无从知道", "请在“计量单位”写明单位，例如“{unit}”，两处都换算成这个单位，只填数字。"),
    "X608": Code(E, "没有填数", "这里要填数，填的是“{found}”：是没有完成、没有数据还是不考核，无从知道", "有数的请填数，没有完成的填 0；本年不考核这一项的，请把“评分方式”改为“不适用”。"),
    "X609": Code(W, "待补：未完成的原因", "“{code}”没有达到年度指标值，没有写偏差原因", "请在“偏差原因分析及改进措施”写明原因和改进措施。"),
    "X610": Code(W, "待补：超额完成的原因", "“{code}”完成了年度指标值的 {found}，达到 {line} 的说明线，没有写原因", "请在“偏差原因分析及改进措施”写明原因；指标值定低了的，来年调整。"),
    "X611": Code(W, "百分数还是小数", "计量单位是 %，而这里填的是 {found}，像是小数", "若是 {large}，请写成“{large}”；若真是 {small}，请写成“{small}”。"),
    "X612": Code(E, "指标性质与指标值不符", "年度指标值写的是“{found}”，而指标性质是“{nature}”", "请改成一致的写法；年度指标值最好只填数字。"),
    "X613": Code(E, "完成值不确定", "“{code}”的实际完成值写的是“{found}”，究竟完成了多少无从知道", "请填实际完成的数值，只填数字。"),
    "X614": Code(E, "缺少完成程度", "“{code}”按“定性三档”计分，没有填完成程度", "请在“完成程度”选：达成、部分达成或未达成。"),
    "X615": Code(E, "得分不在档内", "得分 {found} 不在“{degree}”这一档内：应{band}", "请改得分，或改“三级指标”的完成程度；各档的界限见“参数”。"),
    "X616": Code(N, "指标性质取自指标值", "指标性质是空的，按年度指标值“{found}”读作“{read}”", "不用处理；最好把“{read}”填在“指标性质”一栏。"),
    "X617": Code(E, "打分的指标不能核减", "“{code}”的评分方式是“{method}”，不能核减 {found} 分", "由评分人打分的，请评分人直接在得分中扣除；请清空核减分。"),
    "X618": Code(E, "核减分超出范围", "“{code}”的核减分 {found} 不在 0 到分值 {limit} 之间", "请填 0 到 {limit} 之间的数；核减只能减分，不能加分。"),
    "X619": Code(E, "缺少核减理由", "“{code}”核减 {found} 分，没有写核减理由", "请在“核减理由”写明依据；不核减的请清空核减分。"),
    "X620": Code(E, "没有适用的指标", "所有指标都是“不适用”，没有可以计分的", "请至少保留一个适用的指标。"),
    # X62 the reviewing authority's review
    "X621": Code(E, "复核的编号不认识", "复核表的编号“{found}”不在三级指标表中", "请改成三级指标表中的编号，或删去这一行。"),
    "X622": Code(E, "复核的编号重复", "编号“{found}”与 {other} 重复，不知以哪个复核得分为准", "请只保留一行。"),
    "X623": Code(E, "复核得分超出范围", "复核得分 {found} 不在 0 到分值 {limit} 之间", "请改为 0 到 {limit} 之间的数；同意自评得分的留空。"),
    "X624": Code(W, "待补：复核扣分的原因", "“{code}”的复核得分 {found} 低于自评得分 {own}，没有写扣分原因", "请由复核人在“扣分原因”写明原因。"),
    "X625": Code(W, "复核了不适用的指标", "“{code}”不适用，不计分，复核得分 {found} 没有使用", "请清空复核得分；应当计分的，请修改评分方式。"),
    "X626": Code(W, "自评得分与计分不符", "“{code}”的自评得分填的是“{found}”，而系统算出的是 {own}；评分结果里以算出的为准", "请核对复核所依据的是不是这份自评；这一栏由系统填写，可以清空。"),
    # X63 named rules, X64 surveys, X65 what is added and taken away
    "X630": Code(E, "评分规则不能用", "评分规则“{name}”{what}", "{how}"),
    "X631": Code(W, "评分规则不完整", "评分规则“{name}”{what}；现在没有指标使用它，不影响得分", "不用的规则请删去。要用的，{how}"),
    "X632": Code(E, "规则不适用于执行率", "“{found}”：评分规则“{rule}”是“超额完成”，不能用于预算执行率", "请改用“分档”“步长”“直线”或“偏离”的规则。"),
    "X633": Code(E, "封底高于分值", "评分规则“{name}”的封底 {found} 大于“{code}”的分值 {limit}", "请改小封底，或为这个指标另设一条规则。"),
    "X635": Code(W, "没有最低一档", "评分规则“{name}”的最低一档是 {found}，低于它的值得几分没有规定", "请加一行“下限”留空的最低档；不会有更低的值的可以忽略。"),
    "X634": Code(E, "低于最低一档", "“{code}”的值 {found} 低于评分规则“{name}”的最低一档，得几分没有规定", "请在“评分规则”为这条规则加一行“下限”留空的最低档，或更正实际完成值。"),
    "X636": Code(E, "百分数用在别的单位上", "评分规则“{name}”的{header} {found} 是百分数，而“{code}”的实际完成值没有写成百分数（计量单位是{unit}）：两者不能比较", "实际完成值是百分数的，请在计量单位填 %，实际完成值也写成百分数；不是的，请在评分规则里按实际完成值的单位填数，不带百分号。"),
    "X637": Code(W, "评分规则用不到的列", "评分规则“{name}”是“{kind}”，不看“{header}”一列，填的“{found}”没有使用", "不用的请清空；“{header}”只用于{kinds}的规则。"),
    "X680": Code(W, "直线的一端有跳跃", "评分规则“{name}”的直线到 {found} 为止，这里得 {share}，而比它更{side}的{beyond}", "确是这样规定的、或不会有更{side}的值的可以忽略；否则请改这一行得多少，或再加一行，写明更{side}的值得多少。"),
    "X681": Code(E, "规则的得分高于分值", "评分规则“{name}”的得分 {found} 大于“{code}”的分值 {limit}", "请改小得分，或为这个指标另设一条规则；要随分值折算的，请不填“得分”，改填“得分比例”。"),
    "X682": Code(E, "指标值是 0，不能按比例偏离", "“{code}”的年度指标值是 0，而评分规则“{name}”按与指标值相差的比例扣分", "请核对年度指标值；确是 0 的，请在这条规则填步长和每步扣分：每差多少扣几分。"),
    "X683": Code(W, "指标值与规则的基准不同", "“{code}”的年度指标值是“{found}”，而评分规则“{name}”的基准是 {base}：按基准计分", "请核对；要按各指标自己的年度指标值计分的，请清空规则的基准。"),
    "X684": Code(E, "指标性质与偏离的规则不合", "“{code}”的指标性质是“{found}”，而评分规则“{name}”是“偏离”，高了低了都扣分", "请把指标性质改成 = 或留空；只有一头要扣分的，请改用“步长”或“直线”的规则。"),
    "X695": Code(E, "百分数还是小数", "{why}，而这里填的是 {found}：是不是百分数，无从分辨", "是百分数的，请写成“{read}”这样的形式，并在“计量单位”填 %，比较的那个数也写明百分号，例如“90%”；不是的，请在“计量单位”写明单位。"),
    "X696": Code(W, "评分规则与指标性质相反", "“{code}”的指标性质是“{found}”，而评分规则“{name}”是越{better}得分越多（{cell}）：没有完成的也可能得满分", "请核对指标性质和规则的这一格，改成一致的；确是这样规定的可以忽略。"),
    "X685": Code(E, "不足一步的表头不认识", "“{found}”这一列写着“{held}”，像是“不足一步”，而表里没有这个表头：算不算不足一步，无从知道", "请把表头改成“不足一步”；不是的请清空这一列。"),
    "X640": Code(W, "满意度调查重复", "“{found}”这一行的调查对象和票数与第 {other} 行完全相同，会计两次", "请确认不是同一次调查填了两行；确实是两次调查的不用处理。"),
    "X641": Code(E, "缺少满意度调查", "“{code}”按“满意度”计分，但“满意度调查”里没有它的数据", "请在“满意度调查”填写各档票数，或更改评分方式。"),
    "X642": Code(E, "满意度调查的编号不认识", "满意度调查的指标编号“{found}”不在三级指标表中", "请改成三级指标表中的编号，或清空这一行。"),
    "X643": Code(W, "满意度调查没有使用", "“{found}”的评分方式不是“满意度”，这一行的票数没有使用", "如应按调查计分，请把评分方式改为“满意度”。"),
    "X644": Code(E, "缺少票数", "没有填“{what}”的票数", "请填票数；没有的填 0。"),
    "X645": Code(E, "票数无效", "票数 {found} 小于 0 或不是整数", "请填实际收回的票数；没有的填 0。"),
    "X646": Code(E, "没有有效问卷", "“{code}”的满意度调查一票也没有", "请填写各档票数，或更改评分方式。"),
    "X647": Code(W, "待补：发放问卷数", "“{code}”的满意度调查没有填发放问卷", "请填写发放了多少份问卷，便于核对样本量。"),
    "X648": Code(W, "有效问卷多于发放", "有效问卷 {valid} 份，多于发放的 {found} 份", "请核对发放问卷和各档票数。"),
    "X649": Code(W, "满意度与调查不符", "实际完成值填的是“{found}”，而按“满意度调查”算得 {rate}%；按调查计分", "请核对；实际完成值可以不填。"),
    "X650": Code(W, "填写的数与票数不符", "{what}填的是“{found}”，而按各档票数算得 {expected}；填的没有使用", "请核对各档票数；{what}自动计算，可以清空。"),
    "X656": Code(W, "这次调查一票也没有", "“{code}”的这一行发放问卷 {sent} 份，各档票数都是 0；按这个指标其余各行的票数计分", "请核对：收回问卷的，请填写票数；没有开展的，请清空这一行。"),
    "X651": Code(E, "加减分填写不完整", "加减分这一行没有填{what}", "请填写{what}；不用这一行的，请清空整行。"),
    "X652": Code(E, "加减分的分值无效", "{kind}的分值 {found} 不是正数", "请填正数：减 2 分写类别“减分”、分值 2。"),
    "X653": Code(E, "否决不计分值", "否决一行填了分值 {found}", "否决只看“后果”；要减分的请另起一行，类别选“减分”。"),
    "X654": Code(E, "后果只用于否决", "{kind}一行填了后果“{found}”", "请清空后果，或把类别改为“否决”。"),
    "X655": Code(W, "加减分重复", "“{found}”与第 {other} 行的事项、类别和分值完全相同，会计两次", "请确认不是同一件事填了两行；确实是两件事的，请在“事项”中写明。"),
    # X66 实际完成值 that the template computes from 基础数据
    "X661": Code(E, "缺少基础数据", "数据项“{item}”的{year}数是空的，{codes} 的实际完成值算不出来", "请在“基础数据”填写这一格（没有发生的填 0）；不能用它计算的，请改评分方式。"),
    "X662": Code(E, "基础数据作除数为 0", "“{code}”的实际完成值由“基础数据”计算，除数是 0，算不出来（{items}）", "请核对这些数据项；确实为 0、指标不适用的，把评分方式改为“不适用”。"),
    "X663": Code(E, "公式没有得出数", "“{code}”的实际完成值由“基础数据”计算，公式 {found} 没有得出一个数（{items}）", "请核对这些数据项和公式，或直接填写实际完成值。"),
    "X664": Code(E, "公式得出的是百分数还是小数", "计量单位是 %，而公式得出 {found}：是 {small} 还是 {large}，无从分辨", "请在公式里乘以 100，或把这一格设为百分比格式。"),
    # X665 实际完成值 and 核减 that nothing is computed from
    "X665": Code(W, "执行率与预算执行不符", "实际完成值填的是“{found}”，而按“预算执行”算得 {rate}%；按预算执行计分", "请核对；实际完成值可以不填。"),
    "X666": Code(W, "实际完成值没有使用", "“{code}”按“{method}”计分，实际完成值填的“{found}”不是百分数，没有使用", "请核对；实际完成值可以不填，要填的请填百分数，例如 96.5%。"),
    "X667": Code(W, "有核减理由，没有核减分", "“{code}”写了核减理由“{found}”，没有填核减分，没有核减", "要核减的，请填写核减分；不核减的，请清空核减理由。"),
    # X668 targets and actual values as they are spelled
    "X668": Code(E, "日期不清楚", "“{found}”{why}", "请写清楚是哪一天，例如 {year}-12-31、{year}年12月31日前 或 {year}年12月底前。"),
    "X669": Code(E, "符号自相矛盾", "“{found}”里的“{left}”和“{right}”互相矛盾", "请只留一个，与指标性质一致。"),
    "X670": Code(E, "指标值是日期", "年度指标值“{found}”是日期，不能按“{method}”计分", "按期完成得满分、逾期得 0 的，请把“评分方式”改为“达标得满分”；由评分人判断的，改为“评分人打分”或“定性三档”；按天数计分的，请填天数。"),
    "X671": Code(E, "指标值不是数", "年度指标值“{found}”不是数，不能按“{method}”计分", "只能判断完成得怎样的，请把“评分方式”改为“评分人打分”或“定性三档”；是完成日期的，请填日期，评分方式用“达标得满分”；能用数表示的，请填数。"),
    "X672": Code(E, "一个是日期，一个不是", "{header}是日期“{date}”，而这里填的是“{found}”，不是看得清的日期", "请填日期，例如 {year}-11-20；还没有完成的，把“评分方式”改为“评分人打分”；不按日期计的，请把{header}改为数。"),
    "X673": Code(E, "是否按期看不出来", "“{found}”有几种可能，而年度指标值是 {date}：是否按期无从知道", "请写明是哪一天，例如 {year}-11-20。"),
    "X674": Code(W, "等号成了公式", "“{found}”以等号开头，表格程序把它当成了公式，格子里只剩下结果 {read}，等号没有读作“等于”", "要写“等于”的，请在“指标性质”选“=”；这一格不带等号，只填 {typed}。"),
    "X675": Code(N, "指标性质取自指标值", "指标性质写的是“{found}”，没有说用哪个符号，按年度指标值“{target}”读作“{read}”", "不用处理；最好把“{read}”填在“指标性质”一栏。"),
    "X676": Code(W, "日期不在评价年度", "日期 {found} 不在评价年度 {year} 年", "请核对年份：只输入月和日时，表格程序会自己添上当年的年份。确是这一天的不用处理。"),
    "X677": Code(E, "指标性质与日期不符", "年度指标值“{found}”是日期，而指标性质是“{nature}”：日期越早越好，还是越晚越好，无从知道", "不迟于这一天为达到的，请把指标性质改为“≤”；不是的，请改评分方式为“评分人打分”。"),
    "X678": Code(E, "缺少完成日期", "“{code}”的年度指标值是日期，按“{method}”计分，需要完成的日期", "请填写完成的日期，例如 {year}-11-20；到评价时还没有完成的，把“评分方式”改为“评分人打分”，由评分人打 0 分。"),
    # X7 basic information, grades, parameters
    "X701": Code(E, "缺少基本信息", "“{name}”没有填写", "请在“基本信息”的“内容”一栏填写{name}。"),
    "X702": Code(E, "评价年度无效", "评价年度“{found}”不是四位年份", "请填四位年份，例如 2023。"),
    "X703": Code(E, "涉密材料", "“是否涉密”填的是“是”", "涉密材料不得在本工具中处理，请按保密规定另行办理。"),
    "X704": Code(E, "等级下限次序不对", "等级“{grade}”的下限 {found} 没有低于上一档的 {above}", "请从高到低排列各等级的下限。"),
    "X705": Code(E, "最低等级下限不是 0", "最低一档“{grade}”的下限是 {found}，应为 0", "请把最低一档的下限改为 0，使任何得分都有等级。"),
    "X706": Code(E, "等级填写不完整", "等级标准这一行缺少{what}", "请填写完整，或清空这一行。"),
    "X707": Code(E, "等级重名", "等级“{found}”与 {other} 重复", "请改成不同的名称。"),
    "X708": Code(E, "最高等级达不到", "等级“{grade}”的下限 {found} 大于 100", "请改为 100 以内的数。"),
    "X709": Code(W, "参数不认识", "参数“{found}”不认识，没有使用", "请核对参数名称；可用的参数见空白模板的“参数”表。"),
    "X710": Code(E, "参数值无效", "参数“{name}”的值“{found}”无效", "请改为：{choices}。"),
    "X711": Code(E, "参数重复", "参数“{found}”与 {other} 重复", "请只保留一行。"),
    "X712": Code(E, "基本信息重复", "“{found}”与 {other} 重复", "请只保留一行。"),
    "X713": Code(W, "基本信息项目不认识", "“{name}”不是标准的项目，填的“{found}”没有使用", "请改成标准的项目名称；标准名称见空白模板的“基本信息”。"),
    "X714": Code(W, "参数值是空的", "参数“{name}”的值是空的，按默认值“{default}”计算", "请填写；就用默认值的，也请写明。"),
    "X715": Code(E, "等级下限像是小数", "等级“{grade}”的下限是 {found}：总分最高是 100，几乎任何总分都会达到它", "下限按 0 到 100 的分数填写，例如 {read}，不要写成 {found}。"),
    "X716": Code(W, "参数缺少一行", "“参数”表里没有“{name}”，按默认值“{default}”计算", "请补上这一行；就用默认值的，也请写明。"),
    "X717": Code(W, "没有参数表", "工作簿里没有“参数”表，打分制、综合方法、小数位数等都按默认值计算", "原来有这张表的，请找回来；就用默认值的不用处理，最好补上空白模板里的“参数”表。"),
    # X8 parts of a workbook (split, merge), and new ones made of old ones
    "X801": Code(E, "是评分人的分册", "这是发给评分人“{found}”的分册，只有一张评分表，不能单独评分", "请收齐主表和各评分人的分册，用 xlkpi merge 合并后再评分。"),
    "X802": Code(E, "是主表", "这是主表，没有评分表，不能单独评分", "请收齐各评分人的分册，连同主表用 xlkpi merge 合并后再评分。"),
    "X803": Code(E, "一张评分表两种填法", "{scorer} 的评分表有两种填法：这一格是“{found}”，而“{other}”的 {where} 是“{expected}”", "请 {scorer} 本人确认以哪一份为准，只用那一份合并。"),
    "X804": Code(E, "各文件相同的内容不一致", "这一格是“{found}”，而“{other}”的 {where} 是“{expected}”（这张表共有 {count} 处不同）", "评分人看到的内容应与主表一致：请改回一致；主表确需改动的，改好后重新拆分、重新评分。"),
    "X805": Code(E, "不是同一部门", "这个文件的{name}是“{found}”，而“{other}”的是“{expected}”", "请核对文件，只合并同一部门、同一项目的。"),
    "X806": Code(E, "不是同一年度", "这个文件的评价年度是“{found}”，而“{other}”的是“{expected}”", "请核对文件，只合并同一年度的。"),
    "X807": Code(E, "不是同一模板或格式版本", "这个文件的模板和格式版本是“{found}”，而“{other}”的是“{expected}”", "请用同一份工作簿拆分或复制出来的文件。"),
    "X808": Code(E, "指标不同", "这个文件的三级指标{found}，与“{other}”不同", "请用同一份工作簿拆分或复制出来的文件；指标改动过的，请重新拆分、重新评分。"),
    "X809": Code(E, "没有主表", "只有分册，没有主表，也没有整份的工作簿", "请加上拆分时得到的“主表.xlsx”再合并。"),
    "X810": Code(E, "两份不同的主表", "两份主表不一样：这一格是“{found}”，而“{other}”的 {where} 是“{expected}”", "请确认以哪一份主表为准，只用那一份合并。"),
    "X811": Code(E, "不是工作组的评分人", "“{found}”的评分表填了得分，而“{other}”的“评价工作组”里没有这个评分人（或不评分）", "请核对姓名；确实参加评分的，先在主表的“评价工作组”登记。"),
    "X812": Code(E, "没有可合并的文件", "只有一个文件，没有可合并的", "请把主表和各评分人的分册（或各人填好的整份工作簿）一起给出。"),
    "X813": Code(E, "不能照原样带入", "这一格的内容“{found}”不能照原样写进新的工作簿", "请核对这一格，改成普通的文字或数。"),
    "X814": Code(E, "分册的评分人被改动", "这是发给“{expected}”的分册，而其中评分表的评分人是“{found}”", "请把“评分人”右边的姓名改回“{expected}”；给错了人的，请把对的分册发给本人填写。"),
    "X815": Code(W, "公式不能带入新工作簿", "公式“{found}”不能带入用它作模板的新工作簿，新工作簿里这一格是空的", "能带入的是“实际完成值”里只引用“基础数据”的公式：所引的行有数据项名称，引的是“本年”“上年”两列，只用数、＋－×÷、括号和 ROUND、SUM、MAX、MIN、IF、COUNT、IFERROR；请改成这样的公式，或在新工作簿里补填。"),
    # X9 our side
    "X901": Code(E, "程序内部错误", "程序出现内部错误（xlkpi {version}，代码 {code}）", "文件没有被改动。请把这句话连同文件（去掉敏感内容）交给技术支持。"),
    "X902": Code(E, "读取程序启动不了", "读取工作簿的程序启动不了（xlkpi {version}，代码 {code}），不是这个文件的问题", "请关闭一些程序后再试；仍然如此的，请核对本机是否允许运行 Python，或交给技术支持。"),
}  # fmt: skip

TOGETHER: Mapping[str, tuple[str, str]] = {
    "X201": ("{scorer} 没有给 {count} 个指标打分", "请由 {scorer} 逐行补填得分，不超过各行的分值；需要回避的，在“评分说明”写“回避”。"),
    "X202": ("{count} 个得分小于 0", "请改为 0 到分值之间的数。"),
    "X203": ("{count} 个得分超过分值", "请改为 0 到分值之间的数，或删去得分并在“评分说明”写“回避”。"),
    "X223": ("{scorer} 的评分表里缺少 {count} 个指标的行", "请在表中空白的黄色行填写这些指标的编号和得分；需要回避的，在“评分说明”写“回避”。"),
    "X411": ("{count} 个项目的执行率偏低，没有写偏差原因", "请在“偏差原因”写明原因。"),
    "X501": ("{count} 格是错误值", "请改成正确的数或文字；引用了别处的，请改正被引用的单元格。"),
    "X502": ("{count} 格是公式，而文件里没有算出的结果", "请用 WPS 或 Excel 打开工作簿，等计算完成后保存再试，或直接填数。"),
    "X505": ("{count} 格填的不是数", "请只填数字；单位和说明写到别处。"),
    "X602": ("{count} 个指标缺少实际完成值", "请填写实际完成值（只填数字）；没有完成的填 0，本年不考核的把“评分方式”改为“不适用”。"),
    "X609": ("{count} 个指标没有达到年度指标值，没有写偏差原因", "请在“偏差原因分析及改进措施”写明原因和改进措施。"),
    "X610": ("{count} 个指标达到了超额完成的说明线，没有写原因", "请在“偏差原因分析及改进措施”写明原因；指标值定低了的，来年调整。"),
}  # fmt: skip
"""Sentence and remedy of several findings of one code on one sheet, as 问题清单 tells them in one line."""

_USUAL: Mapping[str, Mapping[str, str]] = {
    "X225": {"also": ""},
    "X505": {"proposed": "", "otherwise": ""},
    "X606": {"why": "这里按百分数计", "also": ""},
}
"""Parameters of a sentence, where a finding gives no other."""

TO_ADD = ("X411", "X609", "X610", "X624", "X647")
"""Reasons that are still to be written: the summary counts them as 待补 N 项."""

OF_MARKS = ("X224", "X250", "X251", "X252", "X253", "X254")
"""What an auditor looks for among the marks: the summary tells each."""

OVERRULED = ("X649", "X665", "X666")
"""What was typed as 实际完成值 is not the rate that counts: outputs show the one that was computed."""


class Finding(NamedTuple):
    """One fact about one place."""

    code: str
    place: CellRef
    found: str = ""
    params: Mapping[str, object] = NOTHING

    @property
    def severity(self) -> Severity:
        """The severity in the table of codes."""
        return CODES[self.code].severity

    @property
    def title(self) -> str:
        """The short name of the problem."""
        return CODES[self.code].title

    @property
    def message(self) -> str:
        """What was found and what was expected."""
        sentence = CODES[self.code].sentence.format(**{"found": self.found, **self.params})
        if "alike" in self.params:
            return f"{self.params['alike']}，例如：{sentence}；见 {self.params['cells']}"
        return sentence

    @property
    def remedy(self) -> str:
        """How to mend it."""
        return CODES[self.code].remedy.format(**{"found": self.found, **self.params})


def finding(code: str, place: CellRef, found: str = "", /, **params: object) -> Finding:
    """Return a finding; a code that the table lacks, or a missing param, is our bug and raises here."""
    params = {**_USUAL.get(code, {}), **params}
    made = Finding(
        code, place, shown(found), {name: shown(value) for name, value in params.items()}
    )
    made.message, made.remedy  # noqa: B018  (raise where the sentence lacks a param, not when printed)
    return made


FOLDED = (
    "X217", "X503", "X506", "X507", "X515", "X516", "X518", "X520", "X521", "X522", "X616",
)  # fmt: skip
"""Findings that come in floods, and then hide the one that matters."""
_OF_COLUMNS = frozenset(FOLDED) - {"X217", "X507", "X616"}
"""The others of them: a format is usually set for a whole column."""
_MOST_ALIKE = 3
"""Up to so many of one kind on a sheet are listed one by one."""
_MOST_RUNS = 8
"""Runs of cells that a folded finding names; 检查记录 lists them all."""


def fold(findings: Iterable[Finding]) -> tuple[list[Finding], list[Finding]]:
    """Return the findings with each flood as one at its first cell, and those that the floods were."""
    kinds: dict[tuple[str, ...], list[Finding]] = {}
    kept = list(findings)
    for each in kept:
        if each.code in FOLDED:
            form = str(each.params.get("format", ""))
            kinds.setdefault((each.code, each.place.sheet, form, _kind(each)), []).append(each)
    floods = [(kind, alike) for (*_, kind), alike in kinds.items() if len(alike) > _MOST_ALIKE]
    firsts = {id(alike[0]): _folded(kind, alike) for kind, alike in floods}
    gone = {id(each) for _, alike in floods for each in alike}
    folded = [
        firsts.get(id(each), each) for each in kept if id(each) in firsts or id(each) not in gone
    ]
    return folded, [each for each in kept if id(each) in gone]


def _folded(kind: str, alike: Sequence[Finding]) -> Finding:
    by_column = sorted((each.place for each in alike), key=lambda place: (place.column, place.row))
    cells = list_places(by_column, _MOST_RUNS)
    params = {**alike[0].params, "alike": f"{len(alike)} 格{kind}", "cells": cells}
    return alike[0]._replace(params=params)


def _kind(each: Finding) -> str:
    """Return what a finding has in common with others of its code, so that one may represent them."""
    if each.code in _OF_COLUMNS:
        return f"（{column_letters(each.place.column)} 列）"
    if each.code != "X507":
        return CODES[each.code].title
    read = str(each.params["read"])
    if any(sign in each.found for sign in "%％"):
        return "带百分号的数"
    if _is_digits(each.found) and _is_digits(read):
        return "小数末尾的二进制误差" if len(each.found) > len(read) + 2 else "写成文本的数"
    return "带单位或符号的数" if _is_digits(read) else "写法不同的文字"


def _is_digits(text: str) -> bool:
    return text.lstrip("-").replace(".", "", 1).isdecimal()


_SLOTS = {
    "found": "所填内容", "expected": "应有的内容", "other": "另一处", "what": "某项", "name": "名称",
    "code": "编号", "indicator": "三级指标", "points": "分值", "limit": "上限", "method": "评分方式",
    "scorer": "评分人", "sheet": "工作表", "cell": "单元格", "project": "项目", "grade": "等级",
    "unit": "单位", "choices": "可选内容", "missing": "列名", "cells": "单元格", "header": "列名", "default": "默认值",
    "above": "上面一行", "parts": "相邻几行", "wanted": "数字", "digits": "数", "year": "年份",
}  # fmt: skip


class _Slots(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return f"〔{_SLOTS[key]}〕" if key in _SLOTS else "…"


def general(sentence: str) -> str:
    """Return a sentence of the table with words in brackets where a case's own go."""
    return sentence.format_map(_Slots())


def shown(value: object, longest: int = 60) -> str:
    """Return a value fit for a sentence: one line, not long, nothing invisible."""
    text = "".join(c if c.isprintable() else "␣" if c.isspace() else "�" for c in str(value))
    return text if len(text) <= longest else text[: longest - 1] + "…"


def errors(findings: Iterable[Finding]) -> list[Finding]:
    """Return those that stop."""
    return [each for each in findings if each.severity is Severity.ERROR]
