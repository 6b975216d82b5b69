"""One made-up plan on the pages of many sites: whatever stands around it, its clauses are the same."""

# ruff: noqa: E501 - a line of markup is as long as pages write it
from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from planlens import outline
from planlens.model import Document
from planlens.read import read_document

TITLE = "北屏县2025年水利工作要点"
LINES = [
    "一、总体要求",
    "坚持节水优先，统筹发展和安全，全面提升水利保障能力，为县域经济社会发展提供支撑。",
    "二、重点任务",
    "（一）夯实防洪基础。除险加固小型水库12座，治理中小河流35公里，年底前完成汛前检查。",
    "（二）保障农村供水。新建集中供水工程8处，农村自来水普及率达到96%以上；更新老旧管网120公里。",
    "1.推进水源置换。完成3个乡镇的水源切换，由县水利局牵头。",
    "2.加强水质监测。每季度公布一次检测结果，接受群众监督。",
    "（三）推进智慧水利。",
    "建设雨水情监测站点60个，实现重点河段视频全覆盖。",
    "三、保障措施",
    "落实河湖长制，强化资金保障，将任务完成情况纳入年度考核。",
]
TABLE = [["指标", "单位", "2025年目标"], ["水库除险加固", "座", "12"], ["供水普及率", "%", "96"]]
NAVIGATION = ["首页", "政务公开", "政务服务", "互动交流", "走进北屏", "数据开放"]
NEWS = [("北屏县召开水利工作会议", "/a1.html"), ("县领导调研防汛工作", "/a2.html"), ("节水宣传进校园", "/a3.html")]


def table(cell: str = "{}") -> str:
    rows = ("".join(f"<td>{cell.format(value)}</td>" for value in row) for row in TABLE)
    return "<table border=1><tbody>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</tbody></table>"


def paragraphs(form: str, *, inside: str = "", at: int = 8) -> str:
    """The lines, each in `form`, with the table (or what is given) after line `at`."""
    made = [form.format(line) for line in LINES]
    return "".join([*made[:at], inside, *made[at:]])


def links(items: Sequence[str], tag: str = "li") -> str:
    return "".join(f'<{tag}><a href="/x">{item}</a></{tag}>' for item in items)


def page(body: str, head: str = "") -> str:
    return f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{TITLE}_北屏县人民政府</title>{head}</head><body>{body}</body></html>'


def modern() -> str:
    news = "".join(f'<li><a href="{to}">{title}</a><span>2025-01-02</span></li>' for title, to in NEWS)
    return page(
        f"<header><ul>{links(NAVIGATION)}</ul></header><div class='crumb'>当前位置：<a>首页</a> &gt; <a>政府文件</a></div>"
        f"<main><div class='article'><h1>{TITLE}</h1><div class='info'>发布时间：2025-01-08 来源：县水利局 浏览次数："
        f"<span>1024</span> 字体：【大 中 小】</div><div class='content'>{paragraphs('<p>{}</p>', inside=table())}</div>"
        f"<div class='share'>分享到：<a>微信</a><a>微博</a></div><div class='prevnext'><p>上一篇：<a>关于开展节水检查的通知</a></p>"
        f"<p>下一篇：<a>关于表彰先进的决定</a></p></div></div><aside><h3>相关阅读</h3><ul>{news}</ul></aside></main>"
        "<footer>主办单位：北屏县人民政府办公室 备案号：某ICP备00000000号 网站标识码：0000000000</footer>"
    )


def nested_tables() -> str:
    text = "<br>\n".join(f"&nbsp;&nbsp;&nbsp;&nbsp;{line}" for line in LINES[:8])
    rest = "<br/>".join(f"　　{line}" for line in LINES[8:])
    return page(
        "<table width=1000 align=center><tr><td background=top.gif><table><tr>"
        + "".join(f"<td><a href=x>{item}</a></td>" for item in NAVIGATION)
        + f"</tr></table></td></tr><tr><td>您现在的位置：首页 >> 政府文件 >> 正文</td></tr><tr><td><table width=900><tr>"
        f"<td align=center><font size=5><b>{TITLE}</b></font></td></tr><tr><td align=right>【字体：大 中 小】【打印】【关闭】</td></tr>"
        f"<tr><td class=text><font color=#000>{text}{table('<font>{}</font>')}{rest}</font></td></tr></table></td></tr>"
        "<tr><td>版权所有：北屏县人民政府　某ICP备00000000号</td></tr></table>"
    )


def div_lines() -> str:
    return page(
        f"<div id='top'>{links(NAVIGATION, 'span')}</div><div class='title'>{TITLE}</div>"
        f"<div class='zoom'>{paragraphs('<div>　　{}</div>', inside='<div>' + table('<div>{}</div>') + '</div>')}</div>"
        "<div>扫一扫在手机打开当前页</div><div>打印本页</div><div>关闭窗口</div>"
    )


def trs_editor() -> str:
    form = '<p align="justify" style="text-indent:2em"><span style="font-family:仿宋_GB2312">{}</span></p>'
    return page(
        f"<div class='wz'>当前位置：<a>首页</a>&gt;<a>公开目录</a></div><div class='xxgk'><table class='head'><tr><td>索引号：</td><td>000-10-2025-0001"
        f"</td><td>主题分类：</td><td>水利</td></tr><tr><td>发布机构：</td><td>北屏县水利局</td><td>发文日期：</td><td>2025年1月8日</td></tr></table>"
        f"<h2 class='tit'>{TITLE}</h2><div class='view TRS_UEDITOR trs_paper_default trs_web'><div class='TRS_Editor'>"
        f"<style type='text/css'>.TRS_Editor P{{line-height:2;}}</style>{paragraphs(form, inside=table('<p>{}</p>'))}</div></div></div>"
        "<script>var sharetitle='北屏县2025年水利工作要点，治理中小河流35公里。';</script><div class='ewm'>扫码阅读</div>",
        '<meta name="ArticleTitle" content="北屏县2025年水利工作要点"><meta name="PubDate" content="2025-01-08">',
    )


def ucap() -> str:
    form = '<p style="text-align: justify;"><span style="font-size: 16pt;">&ensp;&ensp;{}</span></p>'
    return page(
        f"<div class='ucap-nav'><ul>{links(NAVIGATION)}</ul></div><div id='UCAP-CONTENT' class='pages_content'><h3 align=center>{TITLE}</h3>"
        f"{paragraphs(form, inside=table())}</div><div class='pages_print'>【打印本页】【关闭窗口】</div>"
        f"<div class='related'><h4>相关稿件</h4><ul>{links([title for title, _ in NEWS])}</ul></div>"
    )


def wechat() -> str:
    form = '<section style="margin:0 8px"><p style="letter-spacing:1px"><span>{}</span></p><p><br></p></section>'
    return page(
        f"<div id='page-content'><h1 class='rich_media_title' id='activity-name'>{TITLE}</h1><div id='meta_content'>"
        f"<span class='rich_media_meta'>北屏水利</span><em id='publish_time'>2025-01-08 09:00</em></div>"
        f"<div class='rich_media_content' id='js_content' style='visibility: hidden; opacity: 0;'>"
        f"{paragraphs(form, inside=table('<p>{}</p>'))}</div></div><div class='qr_code_pc'>微信扫一扫<br>关注该公众号</div>"
        "<div id='js_pc_close_btn'>知道了</div><div role='dialog' style='display:none'>轻触查看原文，继续滑动看下一个。</div>"
        "<script nonce=1>window.msg_title='x';</script>"
    )


def emsp() -> str:
    return page(f"<p align=center><strong>{TITLE}</strong></p>{paragraphs('<p>&emsp;&emsp;{}', inside=table())}")


def word() -> str:
    form = (
        "<p class=MsoNormal style='text-indent:32.0pt;mso-char-indent-count:2.0'><span lang=EN-US style='mso-bidi-font-size:"
        "16.0pt'><o:p></o:p></span><span style='font-family:仿宋;mso-hansi-font-family:Calibri'>{}</span><span lang=EN-US><o:p></o:p></span></p>\n"
    )
    head = (
        "<meta name=Generator content='Microsoft Word 15'><!--[if gte mso 9]><xml><o:OfficeDocumentSettings><o:AllowPNG/>"
        "</o:OfficeDocumentSettings><w:WordDocument><w:View>Print</w:View></w:WordDocument></xml><![endif]-->"
        "<style><!-- p.MsoNormal {margin:0cm;} --></style>"
    )
    return page(
        f"<div class=WordSection1 style='layout-grid:15.6pt'><p class=MsoNormal align=center><b>{TITLE}</b></p>"
        f"<!--[if !supportEmptyParas]>&nbsp;<![endif]-->{paragraphs(form, inside=table('<p class=MsoNormal>{}<o:p></o:p></p>'))}</div>",
        head,
    )


def frames() -> str:
    return page(
        "<iframe src='nav.html'>您的浏览器不支持框架，请升级。</iframe><noframes>请使用支持框架的浏览器，谢谢。</noframes>"
        f"<noscript>本页需要启用脚本才能浏览全部内容，请在设置中打开。</noscript><center><h1>{TITLE}</h1></center>"
        f"<div>{paragraphs('<p>{}</p>', inside=table())}</div><iframe src='foot.html'></iframe>"
    )


def junk() -> str:
    ld = '<script type="application/ld+json">{"@type":"Article","headline":"北屏县2025年水利工作要点","articleBody":"治理中小河流35公里，新建供水工程8处。"}</script>'
    lazy = "<script>setTimeout(function(){document.write('<p>一、这不是正文。</p>')},10)</script>"
    hidden = "<div style='display: none'>一、隐藏的文字，不属于要点，不应读入。</div><p hidden>二、也不读。</p>"
    data = "<template><p>三、模板里的文字，不应读入正文。</p></template><textarea>四、文本框。</textarea>"
    return page(
        f"{ld}{lazy}{hidden}<article><h1>{TITLE}</h1>{paragraphs('<p>{}</p>', inside=table() + lazy + hidden)}</article>{data}",
        ld,
    )


def republished() -> str:
    """A re-publisher: own navigation, advertising around, lead, source line, related links in one wrapper."""
    news = "".join(f"<li><a href='{to}' target=_blank>[图文] {title}</a></li>" for title, to in NEWS * 3)
    return page(
        f"<div class='head'><ul class='menu'>{links([*NAVIGATION, '登录', '注册'])}</ul></div><div class='wrap'><div class='left'>"
        f"<p>您的位置：法规库 > 地方法规 > 正文</p><h1>{TITLE}</h1><p>2025-01-09 10:00:00 来源：北屏县水利局 浏览：88次 字号：大 中 小</p>"
        f"<div class='body'>{paragraphs('<p>　　{}</p>', inside=table())}</div><p>（责任编辑：某某）</p><p>声明：本网转载内容版权归原作者所有。</p>"
        f"<p>上一篇：防汛应急预案</p><p>下一篇：节水办法</p><p>分享到：</p></div><div class='right'><h3>热门文章</h3><ul>{news}</ul></div></div>"
        "<div class='bottom'><p>关于我们 | 联系我们 | 网站地图</p><p>Copyright © 2025 某某网 版权所有</p></div>"
    )


def uppercase() -> str:
    """An old page in GBK: capitals, no doctype, unclosed tags, a wrong charset."""
    rows = "".join("<TR>" + "".join(f"<TD><P>{value}" for value in row) for row in TABLE)
    text = paragraphs("<P>　　{}", inside=f"<TABLE border=1>{rows}</TABLE>")
    return (
        f"<HTML><HEAD><META http-equiv=Content-Type content='text/html; charset=utf-8'><TITLE>{TITLE}</TITLE></HEAD><BODY>"
        f"<DIV align=center><FONT size=5>{TITLE}</FONT></DIV>{text}</BODY></HTML>"
    )


def spans() -> str:
    """Lines parted by <br> inside one paragraph of spans, headings in <strong>."""
    made = "<br/><br/>".join(
        f"<strong>{line}</strong>" if len(line) < 12 else f"<span>{line}</span>" for line in LINES[:8]
    )
    rest = "<br/><br/>".join(f"<span>{line}</span>" for line in LINES[8:])
    return page(
        f"<div class='nr'><h1>{TITLE}</h1><p>{made}</p>{table()}<p>{rest}</p></div><div class='dy'><a>打印</a> <a>关闭</a></div>"
    )


def paged() -> str:
    """An article cut into three containers, with a pager, comments and a window on cookies."""
    parts = LINES[:4], LINES[4:8], LINES[8:]
    made = ["".join(f"<p>{line}</p>" for line in part) + table() * (at == 1) for at, part in enumerate(parts)]
    text = "".join(f"<div class='page'>{part}</div>" for part in made)
    return page(
        f"<div>本网站使用Cookie，以提升浏览体验，继续使用即表示同意。</div><div class=main><h1>{TITLE}</h1>{text}<div>1 2 3 下一页</div></div>"
        "<p>《北屏县2025年水利工作要点》政策解读</p><div><h3>网友评论</h3><p>网友：希望尽快完成，谢谢。</p></div><div>智能问答</div>"
    )


def broken_headings() -> str:
    """Numbers on lines of their own, spaces of the source inside words."""
    made = [
        f"<p>{line[:2]}<br>\n{line[2:]}</p>" if line[1] == "、" else f"<p>\n  {line[:9]}\n  {line[9:]}</p>"
        for line in LINES
    ]
    return page(f"<h1>{TITLE}</h1>{''.join(made[:8])}{table()}{''.join(made[8:])}")


PAGES: list[Callable[[], str]] = [
    modern, nested_tables, div_lines, trs_editor, ucap, wechat, emsp, word, frames, junk, republished, uppercase, spans,
    paged, broken_headings,
]  # fmt: skip


def digests(document: Document) -> list[tuple[str, str, str]]:
    """Each clause with its heading and its own text, blanks aside; what stands before the first number is the page's."""
    clauses, _ = outline.parse(document)
    return [(c.key, c.heading, re.sub(r"\s", "", c.body.of(document.text))) for c in clauses if c.key != "序"]


def written(tmp_path: Path, name: str, source: str, encoding: str = "utf-8") -> Document:
    path = tmp_path / f"{name}.html"
    path.write_bytes(source.encode(encoding))
    return read_document(path)


@pytest.mark.parametrize("make", PAGES, ids=lambda make: make.__name__)
def test_the_clauses_of_a_page_are_those_of_the_plan(make: Callable[[], str], tmp_path: Path) -> None:
    rows = "\n".join(" | ".join(row) for row in TABLE)
    plain = tmp_path / "plan.txt"
    plain.write_text("\n".join([TITLE, *LINES[:8], rows, *LINES[8:]]), "utf-8")
    document = written(tmp_path, "page", make(), "gbk" if make is uppercase else "utf-8")
    assert digests(document) == digests(read_document(plain))
    top = document.text[: document.blocks[0].span.end]
    assert TITLE in top
