Feature: Hardware as built
  Both nodes of site dvntm are Dell OptiPlex 7050 Micro machines as the pages list them.

  @req:HW-01 @req:HW-02 @req:HW-03 @req:HW-04 @req:HW-05 @req:HW-06 @req:HW-07 @req:HW-08 @req:HW-09 @req:HW-10
  Scenario Outline: The machines are what the pages list
    When the site is audited
    Then every hypervisor satisfies <requirement>

    Examples:
      | requirement |
      | HW-01       |
      | HW-02       |
      | HW-03       |
      | HW-04       |
      | HW-05       |
      | HW-06       |
      | HW-07       |
      | HW-08       |
      | HW-09       |
      | HW-10       |

  @req:HW-01 @req:HW-02 @req:HW-03 @req:HW-04 @req:HW-05 @req:HW-06 @req:HW-07 @req:HW-08 @req:HW-09 @req:HW-10
  @disposable @plant
  Scenario Outline: A machine that differs from the pages is found
    Given the tenant hypervisor has "<violation>"
    When the site is audited
    Then the tenant hypervisor fails <requirement>

    Examples:
      | violation               | requirement |
      | an OptiPlex 7040 instead | HW-01      |
      | an i7-6700 without the T | HW-02      |
      | an i7-6700 without the T | HW-10      |
      | hyper-threading off     | HW-03       |
      | turbo off               | HW-04       |
      | 64 GB of memory         | HW-05       |
      | DDR3 memory             | HW-05       |
      | a 2 TB SSD              | HW-06       |
      | an I219-V network card  | HW-07       |
      | VT-d off                | HW-08       |
      | full-size DIMMs         | HW-09       |

  @req:HW-11
  Scenario: The chassis class of the home site is not a question here
    When the site is audited
    Then HW-11 does not apply to any hypervisor
