Feature: Templates
  Each node keeps a Packer-built Fedora template on its own storage, ready for Ansible, and guests are its clones.

  @req:TPL-01 @req:TPL-02 @req:TPL-03 @req:TPL-05
  Scenario Outline: Each node has its template
    When the site is audited
    Then every hypervisor satisfies <requirement>

    Examples:
      | requirement |
      | TPL-01      |
      | TPL-02      |
      | TPL-03      |
      | TPL-05      |

  @req:TPL-04 @disposable
  Scenario: A clone of the template is ready for Ansible
    When the site is audited
    Then every hypervisor satisfies TPL-04

  @req:TPL-05 @req:CLU-03 @disposable
  Scenario: A linked clone lies on local storage
    When "probe-vm01" is made as a linked clone of the Fedora template on the management hypervisor
    Then every disk of "probe-vm01" lies on storage of the management hypervisor alone

  @req:TPL-01 @req:TPL-02 @req:TPL-03 @req:TPL-04 @req:TPL-05 @disposable @plant
  Scenario Outline: A template or guest of another making is found
    Given the tenant hypervisor has "<violation>"
    When the site is audited
    Then the tenant hypervisor fails <requirement>

    Examples:
      | violation                     | requirement |
      | no template                   | TPL-01      |
      | a template on shared storage  | TPL-02      |
      | a template without provenance | TPL-03      |
      | a guest installed from an ISO | TPL-05      |

  @req:TPL-04 @disposable @plant
  Scenario: A template without Python is found by its clone
    Given the tenant hypervisor has "a template without Python"
    When the site is audited
    Then the tenant hypervisor fails TPL-04
