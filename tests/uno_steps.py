"""What tests.libreoffice asks of an office, done through UNO. Runs under the system's Python.

python3 uno_steps.py PIPE: an order on each line of stdin, an answer on each line of stdout.
"""

import json
import sys
import time
import traceback

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException
from com.sun.star.sheet.AddressConvention import XL_OOX
from com.sun.star.table import TableSortField


def main(pipe):
    desktop = connected(pipe)
    try:
        for line in sys.stdin:
            order = json.loads(line)
            try:
                ORDERS[order.pop("do")](desktop, **order)
                error = ""
            except Exception:  # noqa: BLE001  (told to who asked)
                error = traceback.format_exc()
            print(json.dumps(error), flush=True)
    finally:
        desktop.terminate()  # killed, it would leave its pipes behind


def edit(desktop, source, target, steps):
    book = opened(desktop, source)
    try:
        for step in steps:
            arguments = {name: step[name] for name in step if name not in ("do", "sheet")}
            STEPS[step["do"]](book, book.Sheets.getByName(step["sheet"]), **arguments)
        book.calculateAll()
        book.storeToURL(target, properties(FilterName="Calc MS Excel 2007 XML"))
    finally:
        book.close(True)  # an open one would make `terminate` ask


def convert(desktop, source, exports):
    book = opened(desktop, source)
    try:
        for each in exports:
            asked = properties(FilterName=each["filter"], FilterOptions=each["options"])
            book.storeToURL(each["target"], asked)
    finally:
        book.close(True)


def opened(desktop, source):
    book = desktop.loadComponentFromURL(source, "_blank", 0, properties(Hidden=True))
    if book is None:
        raise ValueError(f"LibreOffice did not convert {source}: it does not open it")
    return book


def connected(pipe, limit=55):
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext(
        "com.sun.star.bridge.UnoUrlResolver", local
    )
    end = time.monotonic() + limit
    while True:
        try:
            there = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            return there.ServiceManager.createInstanceWithContext(
                "com.sun.star.frame.Desktop", there
            )
        except NoConnectException:  # it is still starting
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


def properties(**values):
    return tuple(PropertyValue(Name=name, Value=value) for name, value in values.items())


def set_value(book, sheet, cell, value):
    at = sheet.getCellRangeByName(cell)
    refuse_locked(sheet, at)
    if isinstance(value, int | float):
        at.setValue(value)
    else:
        at.setString(value or "")


def formula(book, sheet, cell, value):
    at = sheet.getCellRangeByName(cell)
    refuse_locked(sheet, at)
    parser = book.createInstance("com.sun.star.sheet.FormulaParser")
    parser.CompileEnglish = True
    parser.FormulaConvention = XL_OOX
    at.setTokens(parser.parseFormula(value.removeprefix("="), at.CellAddress))


def unprotect(book, sheet):
    sheet.unprotect("")


def insert_rows(book, sheet, row, count):
    refuse_protected(sheet)
    sheet.Rows.insertByIndex(row, count)


def delete_rows(book, sheet, row, count):
    refuse_protected(sheet)
    sheet.Rows.removeByIndex(row, count)


def sort(book, sheet, range, column, ascending=True, header=False):  # noqa: A002 - the step's word
    refuse_protected(sheet)
    field = TableSortField(Field=column, IsAscending=ascending)
    fields = uno.Any("[]com.sun.star.table.TableSortField", (field,))
    sheet.getCellRangeByName(range).sort(
        properties(SortFields=fields, ContainsHeader=header, IsSortColumns=False)
    )


def rename(book, sheet, to):
    sheet.setName(to)


def delete_sheet(book, sheet):
    book.Sheets.removeByName(sheet.Name)


# UNO passes over what a protected sheet forbids without a word.
def refuse_protected(sheet):
    if sheet.isProtected():
        raise PermissionError(f"{sheet.Name} is protected")


def refuse_locked(sheet, cell):
    if sheet.isProtected() and cell.CellProtection.IsLocked:
        raise PermissionError(f"{cell.AbsoluteName} is locked")


STEPS = {
    "set": set_value,
    "formula": formula,
    "unprotect": unprotect,
    "insert_rows": insert_rows,
    "delete_rows": delete_rows,
    "sort": sort,
    "rename": rename,
    "delete_sheet": delete_sheet,
}

ORDERS = {"edit": edit, "convert": convert}

if __name__ == "__main__":
    main(*sys.argv[1:])
