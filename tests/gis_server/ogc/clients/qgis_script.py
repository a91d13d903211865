"""Runs inside QGIS's own Python: opens a layer, reads it as asked, prints what it found.

The only argument is JSON: ``uri`` for the provider OAPIF, and what is wanted: ``subset``, ``rect``,
``expression``, or ``algorithm`` with ``parameters``.
"""

import json
import os
import sys

from qgis.analysis import QgsNativeAlgorithms
from qgis.core import (
    Qgis,
    QgsApplication,
    QgsFeatureRequest,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QDateTime, Qt


def plain(value):
    """Return an attribute as JSON has it."""
    if isinstance(value, QDateTime):
        return value.toUTC().toString(Qt.ISODate)
    return None if value == None else value  # noqa: E711  QGIS's NULL is equal to None, not it


def features(layer, wanted):
    """Read the features that are wanted."""
    request = QgsFeatureRequest()
    if "rect" in wanted:
        request.setFilterRect(QgsRectangle(*wanted["rect"]))
    if "expression" in wanted:
        request.setFilterExpression(wanted["expression"])
    names = [field.name() for field in layer.fields()]
    return [
        {
            "geometry": json.loads(feature.geometry().asJson(7)),
            "properties": dict(zip(names, map(plain, feature.attributes()), strict=True)),
        }
        for feature in layer.getFeatures(request)
    ]


def processed(layer, wanted):
    """Run an algorithm of QGIS on the layer; return how many features it made."""
    QgsApplication.processingRegistry().addProvider(QgsNativeAlgorithms())
    QgsProject.instance().addMapLayer(layer)
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    parameters = {"INPUT": layer.id(), "OUTPUT": "memory:", **wanted["parameters"]}
    algorithm = QgsApplication.processingRegistry().algorithmById(wanted["algorithm"])
    made, done = algorithm.run(parameters, context, QgsProcessingFeedback())
    return context.takeResultLayer(made["OUTPUT"]).featureCount() if done else None


def answer(wanted):
    """Open the layer and do what is wanted."""
    layer = QgsVectorLayer(wanted["uri"], "asked", "OAPIF")
    found = {"version": Qgis.QGIS_VERSION_INT, "valid": layer.isValid()}
    if not layer.isValid():
        return {**found, "error": layer.error().message()}
    if "subset" in wanted:
        found["subset"] = layer.setSubsetString(wanted["subset"])
    extent = layer.extent()
    return {
        **found,
        "crs": layer.crs().authid(),
        "geometry": QgsWkbTypes.displayString(layer.wkbType()),
        "fields": {field.name(): field.typeName() for field in layer.fields()},
        "extent": [extent.xMinimum(), extent.yMinimum(), extent.xMaximum(), extent.yMaximum()],
        **(
            {"made": processed(layer, wanted)}
            if "algorithm" in wanted
            else {"features": features(layer, wanted), "count": layer.featureCount()}
        ),
    }


application = QgsApplication([], False)
application.initQgis()
print(json.dumps(answer(json.loads(sys.argv[1]))), flush=True)
# QGIS's own end of a process crashes at times when layers were read in the background.
os._exit(0)
